package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Build compiles belfry, without cgo, into dir and returns the binary's path.
func Build(ctx context.Context, dir string) (string, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "belfry")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/belfry")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build belfry: %w\n%s", err, out)
	}
	return binary, nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// FreeAddress returns a loopback address that nobody listens on.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// Command says how to start the server.
type Command struct {
	Binary string
	// Data is the folder of its state, Listen its address.
	Data, Listen string
	// Flags are added to those that let it reach receivers on this machine.
	Flags []string
	// Log gets what it writes.
	Log io.Writer
}

// Token makes an API token that may do everything. The server need not run.
func (c Command) Token(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, c.Binary, "token", "create", "--data", c.Data, "rig")
	cmd.Stderr = c.Log
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Start starts the server and returns at once.
func (c Command) Start() (*Process, error) {
	args := append([]string{
		"serve", "--data", c.Data, "--listen", c.Listen, "--allow-http-endpoints", "--allow-private-endpoints",
	}, c.Flags...)
	p := &Process{url: "http://" + c.Listen, cmd: exec.Command(c.Binary, args...), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = c.Log, c.Log
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start belfry: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Process is a server that was started.
type Process struct {
	url   string
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // once ended is closed
}

// Ready returns once the server answers requests.
func (p *Process) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if ready(ctx, p.url+"/readyz") {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("belfry ended before it served: %w", p.err)
		case <-ctx.Done():
			return errors.New("belfry does not serve")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func ready(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Kill ends the process with SIGKILL and waits for its end.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// Stop ends the process with SIGTERM and returns an error unless it ended well.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop belfry: %w", err)
	}
	<-p.ended
	if p.err != nil {
		return fmt.Errorf("stop belfry: %w", p.err)
	}
	return nil
}
