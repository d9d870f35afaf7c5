// Command bench measures the real server, in a process of its own and on a disk
// with fsync on, and prints one table. Clients and receiver run in this process,
// on the same cores: the numbers are those of everything together.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/belfryhq/belfry/internal/rig"
)

type options struct {
	clients int
	length  time.Duration
	backlog int
	binary  string
	only    string
	verbose bool
}

func main() {
	var o options
	flag.IntVar(&o.clients, "clients", 32, "concurrent `clients`")
	flag.DurationVar(&o.length, "length", 10*time.Second, "how long each load goes on")
	flag.IntVar(&o.backlog, "backlog", 20_000, "`deliveries` of the backlog")
	flag.StringVar(&o.binary, "binary", "", "the `file` to measure, built when not given")
	flag.StringVar(&o.only, "only", "", "measure only what has this `text` in its name")
	flag.BoolVar(&o.verbose, "v", false, "show the server's log")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures one scenario after another, each on a server of its own.
func run(ctx context.Context, o options, out io.Writer) error {
	dir, err := os.MkdirTemp("", "belfry-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.binary == "" {
		if o.binary, err = rig.Build(ctx, dir); err != nil {
			return err
		}
	}
	sync, err := fsyncTime(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %s, %d cores, fsync %.2f ms\n\n", runtime.Version(), cpuModel(), runtime.NumCPU(),
		float64(sync.Microseconds())/1000)
	var rows []row
	for _, s := range scenarios(o) {
		if !strings.Contains(s.name, o.only) {
			continue
		}
		r, err := measure(ctx, o, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintln(os.Stderr, s.name, "done")
		rows = append(rows, r)
	}
	return print(out, rows)
}

// row is one line of the table.
type row struct {
	name string
	// count things were done in took; the clients asked for no more than rate,
	// unless that is 0.
	count int
	took  time.Duration
	// latencies are those of the single things, nil when they are not measured.
	latencies latencies
	cpu       time.Duration
	rss, peak int64
}

func print(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tper second\tp50 ms\tp99 ms\tCPU s per 1,000\tRSS MB\tpeak MB\t")
	for _, r := range rows {
		p50, p99 := "", ""
		if len(r.latencies) > 0 {
			p50, p99 = millis(r.latencies.quantile(0.50)), millis(r.latencies.quantile(0.99))
		}
		fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%.2f\t%d\t%d\t\n", r.name, float64(r.count)/r.took.Seconds(), p50, p99,
			r.cpu.Seconds()/float64(r.count)*1000, r.rss>>20, r.peak>>20)
	}
	return w.Flush()
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	_, after, _ := strings.Cut(string(info), "model name")
	model, _, _ := strings.Cut(strings.TrimLeft(after, "\t: "), "\n")
	return strings.TrimSpace(model)
}

// fsyncTime is how long the disk takes to make a small write durable, the median
// of some: it bounds a single client, who cannot share a commit.
func fsyncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var took latencies
	for range 50 {
		start := time.Now()
		_, err := f.Write(make([]byte, 4096))
		if err := errors.Join(err, f.Sync()); err != nil {
			return 0, err
		}
		took = append(took, time.Since(start))
	}
	return took.quantile(0.5), nil
}
