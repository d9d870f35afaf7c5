package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client speaks API v3 with one token. It is safe for concurrent use.
type Client struct {
	url, token string
	http       *http.Client
}

// NewClient returns a client of the server that listens on an address. It keeps
// up to conns connections.
func NewClient(address, token string, conns int) *Client {
	return &Client{
		url: "http://" + address + "/api/v3", token: token,
		http: &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{MaxIdleConns: conns, MaxIdleConnsPerHost: conns},
		},
	}
}

// StatusError is an answer other than 2xx.
type StatusError struct {
	Status int
	Body   []byte
}

func (e *StatusError) Error() string { return fmt.Sprintf("status %d: %s", e.Status, e.Body) }

// Object is a JSON object.
type Object map[string]any

// Do makes a request, with a body and an Idempotency-Key unless they are nil and
// "", and reads the whole answer into out unless that is nil. An answer other
// than 2xx is a *StatusError; every other error leaves open what became of it.
func (c *Client) Do(ctx context.Context, method, path, key string, body, out any) error {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		content = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, content)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode/100 != 2 {
		return &StatusError{res.StatusCode, answer}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	return nil
}

// Close ends the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
