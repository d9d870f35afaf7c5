package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/rig"
)

// till is one client. It writes to its own profiles and transactions alone, one
// request after another, so that it knows their state exactly. It is not killed:
// its memory is the record of what was answered.
type till struct {
	t      testing.TB
	name   string
	client *rig.Client
	random *rand.Rand

	requests     int
	profiles     []*profile
	transactions []*transaction
	repeated     int
}

// profile is what the till was told is stored of a profile.
type profile struct {
	id      string
	tag     string
	changes int
	spent   int
	sales   int
}

// transaction is what the till was told is stored of a transaction.
type transaction struct {
	id         int64
	externalID string
	total      int
	receipt    string
	changes    int
}

func newTill(t testing.TB, n int, client *rig.Client, seed uint64) *till {
	return &till{t: t, name: fmt.Sprintf("till%d", n), client: client, random: rand.New(rand.NewPCG(seed, 1))}
}

// work makes requests until the context ends. The last one is carried to its
// answer.
func (c *till) work(ctx context.Context) {
	for ctx.Err() == nil && !c.t.Failed() {
		switch n := c.random.IntN(100); {
		case len(c.profiles) == 0 || n < 5:
			c.join()
		case n < 15:
			c.tag(c.profiles[c.random.IntN(len(c.profiles))])
		case n < 30 && len(c.transactions) > 0:
			c.correct(c.transactions[c.random.IntN(len(c.transactions))])
		default:
			c.sell(c.profiles[c.random.IntN(len(c.profiles))])
		}
	}
}

// unique names what no other request has.
func (c *till) unique() string {
	c.requests++
	return fmt.Sprintf("%s-%d", c.name, c.requests)
}

func (c *till) join() {
	name := c.unique()
	var answer struct{ Data struct{ ID string } }
	c.insist("POST", "/profiles", rig.Object{"first_name": name, "email": name + "@example.com"}, &answer)
	c.profiles = append(c.profiles, &profile{id: answer.Data.ID})
}

func (c *till) tag(p *profile) {
	tag := c.unique()
	c.insist("PUT", "/profiles/"+url.PathEscape(p.id), rig.Object{"tags": []string{tag}}, nil)
	p.tag = tag
	p.changes++
}

func (c *till) sell(p *profile) {
	sale := &transaction{externalID: c.unique(), total: 1 + c.random.IntN(2*bigSale)}
	var answer struct{ Data struct{ ID int64 } }
	c.insist("POST", "/transactions", rig.Object{
		"external_id": sale.externalID, "profile_id": p.id, "total": sale.total, "timezone": "Australia/Melbourne",
		"transacted_at": time.Now().UTC().Format(time.DateTime),
		"items":         []rig.Object{{"name": "Shirt", "sku": "A-1", "quantity": 1, "price_sell": sale.total}},
	}, &answer)
	sale.id = answer.Data.ID
	p.spent += sale.total
	p.sales++
	c.transactions = append(c.transactions, sale)
}

func (c *till) correct(sale *transaction) {
	receipt := c.unique()
	c.insist("PUT", fmt.Sprintf("/transactions/%d", sale.id), rig.Object{"receipt_ref": receipt}, nil)
	sale.receipt = receipt
	sale.changes++
}

// insist repeats a request until it is answered with 2xx.
func (c *till) insist(method, path string, body rig.Object, out any) {
	key := ""
	if method == "POST" {
		key = c.unique()
	}
	for deadline := time.Now().Add(time.Minute); ; c.repeated++ {
		err := c.client.Do(context.Background(), method, path, key, body, out)
		var status *rig.StatusError
		switch {
		case err == nil:
			return
		case errors.As(err, &status) && status.Status < 500:
			c.t.Errorf("%s: %s %s: %v", c.name, method, path, err)
			return
		case time.Now().After(deadline):
			c.t.Errorf("%s: %s %s is not answered: %v", c.name, method, path, err)
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}
