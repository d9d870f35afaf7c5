#!/bin/sh
# Compares package twig with PHP's Twig (Debian: php-cli php-twig) on one body:
# microseconds a render, the best of ten rounds each, on one processor.
set -eu
cd "$(dirname "$0")/../.."
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
ours=$(go test ./twig -run '^$' -bench 'Render/plain' -benchtime 1000x -count 10 -cpu 1 |
	awk '/^BenchmarkRender/ { if (!best || $3 < best) best = $3 } END { printf "%.1f", best / 1000 }')
php=$(php -d opcache.enable=1 -d opcache.enable_cli=1 bench/twig/render.php twig/testdata "$cache")
jit=$(php -d opcache.enable=1 -d opcache.enable_cli=1 -d opcache.jit_buffer_size=64M -d opcache.jit=tracing \
	bench/twig/render.php twig/testdata "$cache")
printf '%-28s %8s us\n' 'package twig' "$ours" 'PHP Twig, opcache' "$php" 'PHP Twig, opcache and JIT' "$jit"
awk "BEGIN { printf \"%-28s %8.1f times\n\", \"faster than opcache\", $php / $ours }"
