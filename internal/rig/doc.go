// Package rig runs the real belfry binary in a process of its own, with a client
// and a receiver around it, for the crash test and the benchmarks. It reaches the
// process as everybody does: by flags, signals and HTTP.
package rig
