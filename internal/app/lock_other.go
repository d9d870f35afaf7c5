//go:build !unix || aix || solaris

package app

import "os"

// lock does nothing where the system has no flock: there the operator sees to
// it that one server alone runs on a database.
func lock(*os.File) error { return nil }
