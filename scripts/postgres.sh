#!/usr/bin/env bash
# A private PostgreSQL for the tests, on a free loopback port.
#
#   postgres.sh start        start it, unless it runs, and print its URL
#   postgres.sh url          print the URL of the running one
#   postgres.sh stop         stop it and remove its data
#   postgres.sh run CMD ...  run CMD with BELFRY_TEST_POSTGRES set to a server of
#                            its own, which ends with CMD; with the variable
#                            already set, CMD uses that server
#
# The server keeps nothing that matters: it runs without fsync. PostgreSQL
# refuses to run as root, so root lends it to the user nobody.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
state=$root/.cache/postgres # names the folder of the server that start started

die() {
	echo "postgres.sh: $*" >&2
	exit 1
}

as_server() {
	if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi
}

# find_bin sets bin to the folder with initdb and pg_ctl.
find_bin() {
	local dir
	for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
		"$(dirname "$(command -v initdb || echo /usr/local/bin/initdb)")"; do
		if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then
			bin=$dir
			return 0
		fi
	done
	return 1
}

install() {
	[ "$(id -u)" = 0 ] || die "no initdb found; install PostgreSQL 14 or later"
	command -v apt-get >/dev/null || die "no initdb found; install PostgreSQL 14 or later"
	echo "postgres.sh: installing postgresql" >&2
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
}

# create makes a cluster in a new folder, which it names in dir.
create() {
	find_bin || { install && find_bin; } || die "no initdb found after the installation"
	dir=$(mktemp -d /tmp/belfry-postgres.XXXXXX)
	head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$dir/password"
	if [ "$(id -u)" = 0 ]; then chown -R nobody "$dir"; fi
	(cd / && as_server "$bin/initdb" --pgdata="$dir/data" --username=belfry --pwfile="$dir/password" \
		--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log") ||
		die "initdb failed: $(cat "$dir/initdb.log")"
	cat >>"$dir/data/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		max_connections = 400
		fsync = off
		full_page_writes = off
		synchronous_commit = off
		jit = off
	CONF
}

# launch starts the server of dir on the first free port that it tries.
launch() {
	local port
	for _ in 1 2 3 4 5 6 7 8; do
		port=$((20000 + RANDOM % 12000))
		if (cd / && as_server "$bin/pg_ctl" start --silent --wait --pgdata="$dir/data" \
			--log="$dir/server.log" --options="-p $port") >/dev/null 2>&1 </dev/null; then
			echo "postgres://belfry:$(cat "$dir/password")@127.0.0.1:$port/postgres?sslmode=disable" >"$dir/url"
			return
		fi
	done
	die "the server does not start: $(tail -5 "$dir/server.log")"
}

# remove stops the server of dir, if it runs, and removes its folder.
remove() {
	if find_bin && [ -d "$dir/data" ]; then
		(cd / && as_server "$bin/pg_ctl" stop --silent --mode=immediate --pgdata="$dir/data") >/dev/null 2>&1 || true
	fi
	rm -rf "$dir"
}

# running sets dir to the server that start left, if it still runs.
running() {
	[ -f "$state" ] && dir=$(cat "$state") && [ -f "$dir/url" ] && find_bin &&
		(cd / && as_server "$bin/pg_ctl" status --pgdata="$dir/data") >/dev/null 2>&1
}

case ${1-} in
start)
	if ! running; then
		create
		launch
		mkdir -p "$(dirname "$state")"
		echo "$dir" >"$state"
	fi
	cat "$dir/url"
	;;
url)
	running || die "not running"
	cat "$dir/url"
	;;
stop)
	if [ -f "$state" ]; then
		dir=$(cat "$state")
		remove
		rm -f "$state"
	fi
	;;
run)
	shift
	[ $# -gt 0 ] || die "run what?"
	if [ -z "${BELFRY_TEST_POSTGRES-}" ]; then
		dir=
		trap '[ -z "$dir" ] || remove' EXIT
		create
		launch
		BELFRY_TEST_POSTGRES=$(cat "$dir/url")
		export BELFRY_TEST_POSTGRES
	fi
	"$@"
	;;
*)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
