package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Config is everything that a Belfry process is told. Only Data is needed.
type Config struct {
	// Listen is the address of the API; port 0 takes a free one.
	Listen string
	// PublicURL is where clients reach the API, when that is not Listen; links in
	// lists begin with it.
	PublicURL string
	// Data is the folder of the embedded database and of the key file.
	Data string
	// Database is sqlite://FILE or postgres://…; empty is a SQLite file in Data.
	Database string
	// SecretKey seals the endpoints' secrets: 32 bytes in base64 or hex. Empty
	// takes the key file in Data, which is made when there is none.
	SecretKey string

	// AllowHTTP lets endpoints have http URLs, AllowPrivate addresses on this
	// machine and in private networks; AllowNetworks opens single networks.
	AllowHTTP     bool
	AllowPrivate  bool
	AllowNetworks []netip.Prefix

	// RateLimit bounds the requests of one token in a second; 0 is no bound.
	RateLimit float64
	// MetricsListen is the address of the Prometheus metrics; empty serves none.
	MetricsListen string
	// StopGrace bounds how long Stop waits for what is under way.
	StopGrace time.Duration

	Version string
	Logger  *slog.Logger
}

const (
	databaseFile = "belfry.db"
	keyFile      = "secret.key"
)

// withDefaults fills in what was not told and makes the data folder.
func (c Config) withDefaults() (Config, error) {
	database, err := DatabaseURL(c.Data, c.Database)
	if err != nil {
		return c, err
	}
	c.Database = database
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if !strings.HasPrefix(c.Database, "sqlite://") && c.SecretKey == "" && !exists(filepath.Join(c.Data, keyFile)) {
		c.Logger.Warn("the secrets' key is made in the data folder: replicas on one database need the same key",
			"file", filepath.Join(c.Data, keyFile))
	}
	if c.StopGrace == 0 {
		c.StopGrace = 20 * time.Second
	}
	return c, nil
}

// DatabaseURL is the database that the flags of every command mean: the one
// named, or else a SQLite file in the data folder, which it makes.
func DatabaseURL(data, database string) (string, error) {
	if data == "" {
		return "", errors.New("a data folder is needed")
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	if database == "" {
		database = "sqlite://" + filepath.Join(data, databaseFile)
	}
	return database, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
