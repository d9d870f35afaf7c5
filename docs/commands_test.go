// Package docs_test runs the commands that the documentation shows: every block
// marked sh of README.md and then of the pages in docs, in one shell and in a
// copy of the source, as a reader would who goes through it all.
//
// The shell gets free ports for the addresses of the server and of the receiver
// that the pages name, and a receiver listens on the latter. A comment before a
// block says how to run what does not end by itself:
//
//	<!-- run until TEXT -->        until its output has TEXT, then it is
//	                               interrupted and must end well
//	<!-- run beside until TEXT --> the same, but it goes on beside what follows
//	<!-- before: COMMANDS -->      commands of which a reader is told in words;
//	                               $output is what the last such block has printed
//	<!-- not run: REASON -->
package docs_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The addresses that the pages show.
const (
	serverAddress   = "127.0.0.1:8080"
	receiverAddress = "127.0.0.1:9000"
)

func TestCommandsOfThePages(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	hooks := newReceiver(t)
	out, err := run(t, copySource(t), hooks, append([]string{"../README.md"}, pages...)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if hooks.signed.Load() == 0 {
		t.Errorf("the receiver of the pages got no signed webhook\n%s", out)
	}
}

func TestPagesThatDoNotWorkAreFound(t *testing.T) {
	for _, c := range []struct{ page, want string }{
		{"works.md", ""},
		{"fails.md", "testdata/fails.md:9"},
		{"fails_in_a_pipe.md", "testdata/fails_in_a_pipe.md:1"},
		{"fails_in_a_function.md", "testdata/fails_in_a_function.md:1"},
		{"never_says_it.md", "testdata/never_says_it.md:2"},
		{"ends_badly.md", "testdata/ends_badly.md:2"},
		{"unknown_comment.md", "testdata/unknown_comment.md:1"},
	} {
		hooks := newReceiver(t)
		out, err := run(t, t.TempDir(), hooks, "testdata/"+c.page)
		if c.want == "" && (err != nil || hooks.signed.Load() != 1) {
			t.Errorf("%s: %v, %d webhooks\n%s", c.page, err, hooks.signed.Load(), out)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error()+out, c.want)) {
			t.Errorf("%s: %v, want an error at %s\n%s", c.page, err, c.want, out)
		}
	}
}

// receiver counts the signed webhooks that it gets.
type receiver struct {
	address string
	signed  atomic.Int64
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		if req.Header.Get("webhook-signature") != "" {
			r.signed.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	r.address = server.Listener.Addr().String()
	return r
}

// block is one block of commands.
type block struct {
	// at is the page and the line.
	at       string
	before   string
	commands string
	// until is the text that ends the wait for a command that does not end.
	until  string
	beside bool
}

// blocks reads the blocks of a page that are to be run.
func blocks(page string) (found []block, err error) {
	content, err := os.ReadFile(page)
	if err != nil {
		return nil, err
	}
	var b block
	inside, skip := "", false // inside is the fence that ends the block
	lines := bufio.NewScanner(bytes.NewReader(content))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		fence, language := cutFence(line)
		switch {
		case inside != "" && fence == inside && language == "":
			if b.at != "" && !skip {
				found = append(found, b)
			}
			b, inside, skip = block{}, "", false
		case inside != "":
			b.commands += lines.Text() + "\n"
		case fence != "":
			if inside = fence; language == "sh" {
				b.at = fmt.Sprintf("%s:%d", page, n)
			}
		case strings.HasPrefix(line, "<!-- not run: "):
			skip = true
		case strings.HasPrefix(line, "<!-- "):
			if err := b.comment(strings.TrimSuffix(strings.TrimPrefix(line, "<!-- "), " -->")); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", page, n, err)
			}
		}
	}
	return found, lines.Err()
}

// comment reads how to run the block that follows.
func (b *block) comment(text string) (err error) {
	if commands, ok := strings.CutPrefix(text, "before: "); ok {
		b.before += commands + "\n"
		return nil
	}
	rest, run := strings.CutPrefix(text, "run ")
	rest, b.beside = strings.CutPrefix(rest, "beside ")
	until, ok := strings.CutPrefix(rest, "until ")
	if !run || !ok {
		return fmt.Errorf("what is %q?", text)
	}
	b.until = until
	return nil
}

// cutFence splits a line such as "```sh".
func cutFence(line string) (fence, language string) {
	language = strings.TrimLeft(line, "`")
	fence = line[:len(line)-len(language)]
	if len(fence) < 3 {
		return "", ""
	}
	return fence, language
}

// prelude makes the shell stop at the first failure and say where it was. Every
// command in the background has a process group of its own.
const prelude = `set -eEuo pipefail
set -m
trap 'echo "failed: $at" >&2' ERR
trap 'for pid in $(jobs -p); do kill -KILL -- -$pid 2>/dev/null || true; done' EXIT
await() { # PID LOG TEXT
	for _ in $(seq 1200); do
		if grep -qF -- "$3" "$2"; then return 0; fi
		if ! kill -0 "$1" 2>/dev/null; then break; fi
		sleep 0.1
	done
	cat "$2" >&2
	echo "its output has no: $3" >&2
	return 1
}
interrupt() { # PID LOG; go run ends an interrupt with 1, however the program ended
	local status=0
	kill -INT -- "-$1"
	wait "$1" || status=$?
	if [ "$status" = 0 ]; then return 0; fi
	if [ "$status" = 1 ] && [ -n "$gorun" ] && ! grep -q '^exit status' "$2"; then return 0; fi
	cat "$2" >&2
	return "$status"
}
`

// script is all blocks as one shell script; logs is a folder for outputs.
func script(found []block, logs string) string {
	var b, end strings.Builder
	b.WriteString(prelude)
	for i, blk := range found {
		fmt.Fprintf(&b, "at='%s'\n%s", blk.at, blk.before)
		if blk.until == "" {
			b.WriteString(blk.commands)
			continue
		}
		log := fmt.Sprintf("%s/%d", logs, i)
		fmt.Fprintf(&b, "( %s) >%s 2>&1 &\npid%d=$!\nawait $pid%d %s %s\noutput=%s\n",
			blk.commands, log, i, i, log, quote(blk.until), log)
		gorun := ""
		if strings.Contains(blk.commands, "go run ") {
			gorun = "yes"
		}
		stop := fmt.Sprintf("at='%s' gorun=%s\ninterrupt $pid%d %s\n", blk.at, gorun, i, log)
		if blk.beside {
			end.WriteString(stop)
		} else {
			b.WriteString(stop)
		}
	}
	return b.String() + end.String()
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// timeout bounds it all: the first `go run` on a machine compiles for a minute or
// two.
const timeout = 8 * time.Minute

func run(t *testing.T, dir string, hooks *receiver, pages ...string) (output string, err error) {
	t.Helper()
	var all []block
	for _, page := range pages {
		found, err := blocks(page)
		if err != nil {
			return "", err
		}
		all = append(all, found...)
	}
	address := freeAddress(t)
	text := strings.NewReplacer(serverAddress, address, receiverAddress, hooks.address).Replace(script(all, t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BELFRY_LISTEN="+address)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// copySource copies what git knows of, as a clone has it.
func copySource(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("bash", "-c",
		"git ls-files -z --cached --others --exclude-standard | tar -c --null -T - --ignore-failed-read | tar -x -C \"$0\"", dir)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("copy the source: %v\n%s", err, out)
	}
	return dir
}
