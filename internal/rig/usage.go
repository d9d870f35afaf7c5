package rig

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has used.
type Usage struct {
	// CPU is the time that it has run, in all threads.
	CPU time.Duration
	// RSS is the memory that it holds now, in bytes; PeakRSS the most it held.
	RSS, PeakRSS int64
}

// ticks is how many clock ticks a second has in /proc: 100 on every Linux.
const ticks = 100

// Usage reads what the process has used, from Linux's /proc.
func (p *Process) Usage() (u Usage, err error) {
	dir := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return u, fmt.Errorf("read usage: %w", err)
	}
	// The name of the program, in parentheses, may hold anything; utime and stime
	// are the 12th and 13th field after it.
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return u, fmt.Errorf("read usage: %q", stat)
	}
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return u, fmt.Errorf("read usage: %w", err)
		}
		u.CPU += time.Duration(n) * time.Second / ticks
	}
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return u, fmt.Errorf("read usage: %w", err)
	}
	u.RSS, u.PeakRSS = kilobytes(string(status), "VmRSS:"), kilobytes(string(status), "VmHWM:")
	return u, nil
}

// kilobytes reads a line such as "VmRSS:  1234 kB" as bytes.
func kilobytes(status, name string) int64 {
	_, after, _ := strings.Cut(status, name)
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(fields[0], 10, 64)
	return n << 10
}
