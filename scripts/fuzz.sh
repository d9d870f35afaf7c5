#!/usr/bin/env bash
# Fuzzes every target of the module, one after another.
#
#   fuzz.sh TIME [PACKAGE ...]   TIME for each target, e.g. 10m; all packages
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:?for how long?}
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz PACKAGE TARGET. A busy machine may let go test miss its own deadline at
# the very end, which says nothing of the target.
fuzz() {
	go test -run '^$' -fuzz "^$2\$" -fuzztime "$time" "$1" 2>&1 | tee "$log" && return
	grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"
}

for package in $(go list "${@:-./...}"); do
	targets=$(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true)
	for target in $targets; do
		echo "$package $target"
		fuzz "$package" "$target"
	done
done
