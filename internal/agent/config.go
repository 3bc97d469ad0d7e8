package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// DefaultConfig is the file that is read where none is named. It may be missing.
const DefaultConfig = "/etc/virtaudit/config.yaml"

// DefaultStore is where the service keeps what it knows.
const DefaultStore = "/var/lib/virtaudit/trail.db"

// Config is what the service is told to do. Each setting has one row in
// Settings.
type Config struct {
	Store     string // the store's file
	Log       string // the audit log: its folder, or one file
	LogSource string // auto, file, multicast or stdin
	Node      string // this host's name

	Libvirt []string      // auto, off, or the URIs of daemons
	QMP     []string      // sockets of QEMU's, or patterns of their paths
	Proc    string        // auto, on or off
	Sweep   time.Duration // between two looks at all guests
	Window  time.Duration // within which a change has its record
	Emit    string        // off or missing

	ListenUnix  string // the API's socket; empty for none
	ListenGroup string // the group that may use it; empty for the service's own
	ListenTCP   string // a loopback address with port; empty for none
	TokenFile   string // what a client by TCP must know

	Retention time.Duration // of ended sessions; 0 is for ever
	LogLevel  slog.Level    // of what the service logs of itself
	LogFormat string        // text or json

	stdin bool // the auditd plugin's word for LogSource
}

// Load gives the defaults, changed by the file at path and then by the
// environment, which env looks up. Only where the path is the user's own words
// must there be a file. Finish is to be called when flags have had their say.
func Load(path string, explicit bool, env func(string) (string, bool)) (Config, error) {
	var c Config
	for i := range Settings {
		if err := Settings[i].set(&c, Settings[i].Default); err != nil {
			panic(fmt.Sprintf("the default of %s: %v", Settings[i].Name, err)) // the table is wrong
		}
	}
	if err := c.loadFile(path); err != nil && (explicit || !errors.Is(err, fs.ErrNotExist)) {
		return Config{}, err
	}
	for i := range Settings {
		s := &Settings[i]
		value, ok := env(s.Env())
		if !ok {
			continue
		}
		if err := s.Set(&c, value); err != nil {
			return Config{}, fmt.Errorf("%s: %w", s.Env(), err)
		}
	}
	return c, nil
}

// CheckStore refuses a store in a folder that isn't there: of a path that is
// mistyped an empty trail would be made. Only that of the default is made.
func (c *Config) CheckStore() error {
	if c.Store == DefaultStore {
		return nil
	}
	if _, err := os.Stat(filepath.Dir(c.Store)); err != nil {
		return fmt.Errorf("store %s: its folder: %w", c.Store, err)
	}
	return nil
}

// Finish checks what settings say together, and fills in what follows from
// others and from the host.
func (c *Config) Finish() error {
	if c.stdin {
		if c.LogSource != SourceAuto && c.LogSource != SourceStdin {
			return fmt.Errorf("stdin and log_source %s contradict each other", c.LogSource)
		}
		c.LogSource = SourceStdin
	}
	if c.Node == "" {
		name, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("node: this host's name: %w", err)
		}
		c.Node = name
	}
	if c.TokenFile == "" {
		c.TokenFile = filepath.Join(filepath.Dir(c.Store), "token")
	}
	return nil
}
