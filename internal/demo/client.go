package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// client speaks API v3 as a shop's till would.
type client struct {
	base, token string
	http        http.Client
}

func newClient(url, token string) *client {
	return &client{base: url + "/api/v3", token: token}
}

// object is a JSON object.
type object map[string]any

// send makes one request and reads the answer's data into out, unless nil.
func (c *client) send(ctx context.Context, method, path string, body, out any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, answer)
	}
	if out == nil {
		return nil
	}
	envelope := struct{ Data any }{out}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (c *client) post(ctx context.Context, path string, body, out any) error {
	return c.send(ctx, http.MethodPost, path, body, out)
}

func (c *client) put(ctx context.Context, path string, body, out any) error {
	return c.send(ctx, http.MethodPut, path, body, out)
}

func (c *client) get(ctx context.Context, path string, out any) error {
	return c.send(ctx, http.MethodGet, path, nil, out)
}

// ensure makes an item of a list, or changes the one that has the same value in
// a field already, and returns its id.
func (c *client) ensure(ctx context.Context, path, field string, item object) (id int64, err error) {
	var present []struct{ ID int64 }
	query := "?filter[" + field + "]=" + url.QueryEscape(fmt.Sprint(item[field]))
	if err := c.get(ctx, path+query, &present); err != nil {
		return 0, err
	}
	if len(present) > 0 {
		id = present[0].ID
		return id, c.put(ctx, fmt.Sprintf("%s/%d", path, id), item, nil)
	}
	var made struct{ ID int64 }
	err = c.post(ctx, path, item, &made)
	return made.ID, err
}
