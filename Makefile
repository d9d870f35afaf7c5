# What developers and CI run. It needs Go and, for the race detector, a C
# compiler; PostgreSQL is installed when it is missing (scripts/postgres.sh).

SHELL := bash

# FUZZTIME is how long `make fuzz` spends on each target.
FUZZTIME ?= 1m
# CRASHES is how often `make crash` kills the server.
CRASHES ?= 50

.PHONY: test build format vet lint race tidy bench scale crash fuzz

test: build format vet lint race tidy

build:
	CGO_ENABLED=0 go build ./...
	CGO_ENABLED=0 go build -o bin/belfry ./cmd/belfry

format:
	@files=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$files" ]; then echo "not formatted:" $$files >&2; exit 1; fi

vet:
	go vet ./...

lint:
	go tool -modfile=tools/go.mod staticcheck ./...

race:
	scripts/postgres.sh run go test -race -timeout 15m ./...

tidy:
	go mod tidy -diff

bench:
	go run ./bench

# It builds a database of 13 GB in the temporary folder.
scale:
	go run ./bench/scale

crash:
	BELFRY_CRASHES=$(CRASHES) go test -count=1 -timeout 60m -v ./internal/crash

fuzz:
	scripts/fuzz.sh $(FUZZTIME)
