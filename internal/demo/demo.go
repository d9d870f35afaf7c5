// Package demo plays a week of a small retailer in a few seconds: it starts the
// platform, sets up a programme over the API, sells, gives and redeems, and shows
// each webhook as a receiver gets it.
// Nothing in it is reached but over HTTP, as a shop and a receiver would.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/belfryhq/belfry/internal/app"
	"github.com/belfryhq/belfry/webhook"
)

// Options adjusts Run.
type Options struct {
	// App is the platform's configuration; Run sets what the demo needs.
	App app.Config
	// Token is needed when App.Data has been used before.
	Token string
	// Once ends the demo when every expected webhook of one round has arrived.
	Once bool
	// Pause lies between two things that happen in the shop.
	Pause time.Duration
	Out   io.Writer
}

// arrival bounds how long a webhook may take.
const arrival = 15 * time.Second

// Run plays until the context ends, or one round with Once. Its error says which
// webhook did not arrive, or did not verify.
func Run(ctx context.Context, o Options) (err error) {
	receiver, err := newReceiver()
	if err != nil {
		return err
	}
	defer receiver.close()
	o.App.Listen = "127.0.0.1:0"
	o.App.AllowHTTP, o.App.AllowPrivate = true, true
	platform, err := app.Start(ctx, o.App)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, platform.Stop()) }()
	if platform.FirstToken != "" {
		o.Token = platform.FirstToken
	}
	if o.Token == "" {
		return errors.New("the data folder has been used before: give its API token")
	}
	d := &demo{
		Options: o, shop: newClient(platform.URL(), o.Token), receiver: receiver, received: map[webhook.Event]int{},
	}
	fmt.Fprintf(o.Out, "The platform serves %s (documentation: %s/docs), token %s\n", platform.URL(), platform.URL(), o.Token)
	if err := d.setUp(ctx); err != nil {
		return fmt.Errorf("set up the programme: %w", err)
	}
	return d.play(ctx)
}

type demo struct {
	Options
	shop     *client
	receiver *receiver
	// received counts the webhooks by their events.
	received map[webhook.Event]int
}

// play runs rounds of the story: one, or as many as there is time for.
func (d *demo) play(ctx context.Context) error {
	for round := 1; ; round++ {
		for _, s := range d.story(round) {
			if err := d.perform(ctx, s); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		}
		if d.Once {
			return d.sum()
		}
	}
}

// canonical are the events that a round must show.
var canonical = []webhook.Event{
	webhook.ProfileCreated, webhook.ProfileUpdated, webhook.TransactionCreated, webhook.TransactionUpdated,
	webhook.PointsAwarded, webhook.TierAchieved, webhook.RewardIssued, webhook.RewardRedeemed, webhook.BenefitIssued,
	webhook.BenefitRedeemed, webhook.AchievementProgressed,
}

// sum lists how many webhooks of each event arrived.
func (d *demo) sum() error {
	fmt.Fprintln(d.Out)
	total := 0
	for _, e := range canonical {
		n := d.received[e]
		if n == 0 {
			return fmt.Errorf("no webhook tells of %s", e)
		}
		total += n
		fmt.Fprintf(d.Out, "%4d  %s\n", n, e)
	}
	fmt.Fprintf(d.Out, "%4d webhooks expected, %d arrived, every signature valid.\n", total, total)
	return nil
}

// scene is one thing that happens in the shop, and the webhooks it must lead to.
type scene struct {
	title  string
	do     func(ctx context.Context) error
	expect []expectation
}

// expectation is one webhook: which target gets which event.
type expectation struct{ target, event string }

// perform does a scene, and waits for its webhooks.
func (d *demo) perform(ctx context.Context, s scene) error {
	fmt.Fprintf(d.Out, "\n■ %s\n", s.title)
	start := time.Now()
	if err := s.do(ctx); err != nil {
		return fmt.Errorf("%s: %w", s.title, err)
	}
	missing := append([]expectation{}, s.expect...)
	timeout := time.After(arrival)
	for len(missing) > 0 {
		select {
		case h := <-d.receiver.hooks:
			if h.err != nil {
				return fmt.Errorf("%s: %w", s.title, h.err)
			}
			var ok bool
			if missing, ok = strike(missing, h.expectation()); !ok {
				return fmt.Errorf("%s: %s got %s, which it should not", s.title, h.target, h.message.Event)
			}
			d.received[h.message.Event]++
			d.show(h, h.at.Sub(start))
		case <-timeout:
			return fmt.Errorf("%s: after %v these webhooks are missing: %v", s.title, arrival, missing)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return sleep(ctx, d.Pause)
}

func strike(missing []expectation, got expectation) ([]expectation, bool) {
	for i, e := range missing {
		if e == got {
			return append(missing[:i], missing[i+1:]...), true
		}
	}
	return missing, false
}

// shown bounds how much of a body is printed.
const shown = 600

func (d *demo) show(h hook, took time.Duration) {
	body := string(h.message.Body)
	if len(body) > shown {
		body = fmt.Sprintf("%s… (%d bytes)", body[:shown], len(body))
	}
	fmt.Fprintf(d.Out, "  → %s  %s  %s  signature valid  %.1f ms\n    %s\n",
		h.target, h.message.Event, h.message.ID, float64(took.Microseconds())/1000, body)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
