package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// tills records sales over connections that stay open. It writes requests by
// itself, since http.Client takes as much of the two cores as the server does.
type tills struct {
	address, token string

	mu   sync.Mutex
	idle []*till
}

// till is one connection.
type till struct {
	conn   net.Conn
	answer *bufio.Reader
	buf    []byte
}

// sell records a sale of two lines to a customer.
func (t *tills) sell(ctx context.Context, externalID, customer string) error {
	c, err := t.take(ctx)
	if err != nil {
		return err
	}
	if err := c.sell(ctx, t.token, externalID, customer); err != nil {
		c.conn.Close()
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle = append(t.idle, c)
	return nil
}

func (t *tills) take(ctx context.Context) (*till, error) {
	t.mu.Lock()
	last := len(t.idle) - 1
	if last >= 0 {
		c := t.idle[last]
		t.idle = t.idle[:last]
		t.mu.Unlock()
		return c, nil
	}
	t.mu.Unlock()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	return &till{conn: conn, answer: bufio.NewReader(conn)}, nil
}

func (t *tills) close() {
	for _, c := range t.idle {
		c.conn.Close()
	}
}

const sale = `{"external_id": %[1]q, "receipt_ref": %[1]q, "profile_id": %[2]q, "location_id": "M10",
"total": 89.90, "currency": "AUD", "systems": ["pos"], "transacted_at": %[3]q, "timezone": "Australia/Melbourne",
"items": [{"name": "Shirt", "sku": "A-1", "quantity": 1, "price_sell": 59.90, "price_current": 79.90},
{"name": "Socks", "sku": "B-2", "quantity": 2, "price_sell": 15, "price_current": 15}],
"payments": [{"type": "card", "amount": 89.90}]}`

func (c *till) sell(ctx context.Context, token, externalID, customer string) error {
	deadline := time.Now().Add(30 * time.Second)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := c.conn.SetDeadline(deadline); err != nil {
		return err
	}
	body := fmt.Sprintf(sale, externalID, customer, time.Now().UTC().Format(time.DateTime))
	c.buf = fmt.Appendf(c.buf[:0], "POST /api/v3/transactions HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s",
		c.conn.RemoteAddr(), token, externalID, len(body), body)
	if _, err := c.conn.Write(c.buf); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.answer, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusCreated && res.StatusCode != http.StatusOK {
		return fmt.Errorf("sale %s: %s: %s", externalID, res.Status, answer)
	}
	return nil
}
