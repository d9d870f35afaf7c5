// Command scale measures whether recording a sale slows down as the database
// grows: it builds a small and a large shop, records sales in both by turns, and
// prints what one costs in each, and the ratio.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

type options struct {
	dir                    string
	profiles, sales, small int
	rounds, round          int
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "keep the databases in this `folder`, and use those that are there")
	flag.IntVar(&o.profiles, "profiles", 1_000_000, "`profiles` of the large shop")
	flag.IntVar(&o.sales, "sales", 10_000_000, "`sales` of the large shop")
	flag.IntVar(&o.small, "small", 10_000, "`sales` of the small shop, each profile has as many as in the large one")
	flag.IntVar(&o.rounds, "rounds", 20, "`rounds` of recording in both")
	flag.IntVar(&o.round, "round", 500, "`sales` recorded in each round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "belfry-scale-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	each := max(o.sales/o.profiles, 1)
	shops := []*shop{
		{name: "small", profiles: max(o.small/each, 1), each: each},
		{name: "large", profiles: o.profiles, each: each},
	}
	for _, s := range shops {
		begun := time.Now()
		if err := s.open(ctx, filepath.Join(o.dir, s.name+".db")); err != nil {
			return fmt.Errorf("%s shop: %w", s.name, err)
		}
		defer s.db.Close()
		fmt.Fprintf(os.Stderr, "%s shop: %d profiles, %d sales, ready after %s\n", s.name, s.profiles,
			s.profiles*s.each, time.Since(begun).Round(time.Second))
	}
	for range o.rounds {
		for _, s := range shops {
			if err := s.record(ctx, o.round); err != nil {
				return fmt.Errorf("%s shop: %w", s.name, err)
			}
		}
	}
	return report(out, shops)
}

// report prints the medians of the rounds: the machine's other work shows in the
// slow ones.
func report(out io.Writer, shops []*shop) error {
	fmt.Fprintf(out, "%s, %d cores\n\n", runtime.Version(), runtime.NumCPU())
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "profiles\tsales\tfile MB\tCPU ms a sale\tms a sale\t")
	for _, s := range shops {
		size, err := s.size()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%d\t%d\t%.3f\t%.3f\t\n", s.profiles, s.profiles*s.each, size>>20, millis(s.cpu), millis(s.wall))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	small, large := shops[0], shops[1]
	_, err := fmt.Fprintf(out, "\nratio large to small: CPU %.2f, time %.2f\n",
		millis(large.cpu)/millis(small.cpu), millis(large.wall)/millis(small.wall))
	return err
}

func millis(rounds []time.Duration) float64 {
	sorted := slices.Sorted(slices.Values(rounds))
	return float64(sorted[len(sorted)/2].Microseconds()) / 1000
}
