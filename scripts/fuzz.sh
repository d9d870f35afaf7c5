#!/usr/bin/env bash
# Fuzzes every target of the module, one after another.
#
#   fuzz.sh TIME [PACKAGE ...]   TIME for each target, e.g. 10m; all packages
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:?for how long?}
shift
for package in $(go list "${@:-./...}"); do
	targets=$(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true)
	for target in $targets; do
		echo "$package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
