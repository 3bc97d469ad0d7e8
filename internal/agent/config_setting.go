package agent

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
	"github.com/virtaudit/virtaudit/internal/witness"
)

// Words that settings have as values.
const (
	Auto = "auto"
	On   = "on"
	Off  = "off"

	SourceAuto      = Auto
	SourceFile      = "file"
	SourceMulticast = "multicast"
	SourceStdin     = "stdin"

	EmitMissing = "missing"

	LogText = "text"
	LogJSON = "json"
)

// A Setting is one thing that the service can be told: by a key of its file, by
// the environment or by a flag.
type Setting struct {
	Name    string // in the file
	Default string
	Value   string   // what kind of value it has: FILE, DURATION; or the word for a list's parts
	Choices []string // where these are all that it can be, or the words beside others
	List    bool     // a list in the file; with commas elsewhere
	Bool    bool
	Doc     string // one sentence without its full stop
	set     func(*Config, string) error
	setList func(*Config, []string) error
}

// Flag is its name on the command line.
func (s *Setting) Flag() string { return strings.ReplaceAll(s.Name, "_", "-") }

// Env is its name in the environment.
func (s *Setting) Env() string { return envPrefix + strings.ToUpper(s.Name) }

// Set changes a config as the setting with that value says.
func (s *Setting) Set(c *Config, value string) error { return s.set(c, value) }

// Settings are all there are.
var Settings = []Setting{
	{
		Name: "store", Default: DefaultStore, Value: "FILE",
		Doc: "the file in which the trail is kept",
		set: path(func(c *Config) *string { return &c.Store }),
	},
	{
		Name: "log", Default: hostLog, Value: "PATH",
		Doc: "the audit log: a folder with its rotations, or a file",
		set: path(func(c *Config) *string { return &c.Log }),
	},
	choice("log_source", "how the log is read; auto takes the first of file and multicast that works, and only file where log names another than the default",
		func(c *Config) *string { return &c.LogSource }, SourceAuto, SourceFile, SourceMulticast, SourceStdin),
	{
		Name: "stdin", Default: "false", Bool: true,
		Doc: "the same as log_source: stdin, for an auditd plugin",
		set: func(c *Config, text string) (err error) {
			if c.stdin, err = strconv.ParseBool(text); err != nil {
				return fmt.Errorf("%q: there are true and false", text)
			}
			return nil
		},
	},
	{
		Name: "node", Value: "NAME",
		Doc: "this host's name in the trail; its hostname where it is empty",
		set: text(func(c *Config) *string { return &c.Node }),
	},
	list("libvirt", Auto, "URI", "which libvirt daemons are asked, such as qemu:///system; auto is all that are there",
		func(c *Config) *[]string { return &c.Libvirt }, witness.CheckURIs, Auto, Off),
	list("qmp", "", "SOCKET", "monitor sockets of QEMUs that no libvirt runs; patterns such as /run/vm/*.qmp",
		func(c *Config) *[]string { return &c.QMP }, qmp.CheckPatterns),
	choice("proc", "whether to look at what guests' processes have open; auto is where the capabilities for it are there",
		func(c *Config) *string { return &c.Proc }, Auto, On, Off),
	{
		Name: "sweep", Default: "30s", Value: "DURATION",
		Doc: "how often all guests are looked at, beside what events tell",
		set: duration(func(c *Config) *time.Duration { return &c.Sweep }, time.Second, day),
	},
	{
		Name: "window", Default: "10s", Value: "DURATION",
		Doc: "how far apart a change and its record may be",
		set: duration(func(c *Config) *time.Duration { return &c.Window }, time.Second, time.Hour),
	},
	choice("emit", "what is sent to the kernel: nothing, or the records that libvirt should have sent and did not",
		func(c *Config) *string { return &c.Emit }, Off, EmitMissing),
	{
		Name: "listen_unix", Default: DefaultSocket, Value: "SOCKET",
		Doc: "the socket of the API; empty for none",
		set: text(func(c *Config) *string { return &c.ListenUnix }),
	},
	{
		Name: "listen_group", Value: "GROUP",
		Doc: "the group that may use the socket; the service's own where it is empty",
		set: text(func(c *Config) *string { return &c.ListenGroup }),
	},
	{
		Name: "listen_tcp", Value: "ADDRESS",
		Doc: "the API by TCP too, at a loopback address such as 127.0.0.1:8471; empty for none",
		set: func(c *Config, text string) error {
			c.ListenTCP = text
			return checkLoopback(text)
		},
	},
	{
		Name: "token_file", Value: "FILE",
		Doc: "the file of the token that clients by TCP must know, made where there is none; beside the store where it is empty",
		set: text(func(c *Config) *string { return &c.TokenFile }),
	},
	{
		Name: "retention", Default: "0", Value: "DURATION",
		Doc: "how long ended sessions are kept, such as 90d; 0 is for ever",
		set: duration(func(c *Config) *time.Duration { return &c.Retention }, 0, longest),
	},
	{
		Name: "log_level", Default: "info", Choices: []string{"debug", "info", "warn", "error"},
		Doc: "what the service logs of itself",
		set: setLevel,
	},
	choice("log_format", "how it logs", func(c *Config) *string { return &c.LogFormat }, LogText, LogJSON),
}

// DefaultSocket is where the service answers.
const DefaultSocket = "/run/virtaudit/api.sock"

func setLevel(c *Config, text string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[text]
	if !ok {
		return fmt.Errorf("%q: there are debug, info, warn and error", text)
	}
	c.LogLevel = level
	return nil
}

// choice is a setting that is one of a few words, the first by default.
func choice(name, doc string, field func(*Config) *string, words ...string) Setting {
	return Setting{
		Name: name, Default: words[0], Choices: words, Doc: doc,
		set: func(c *Config, text string) error {
			if !slices.Contains(words, text) {
				last := len(words) - 1
				return fmt.Errorf("%q: there are %s and %s", text, strings.Join(words[:last], ", "), words[last])
			}
			*field(c) = text
			return nil
		},
	}
}

// list is a setting of several values, which check must let pass. A word stands
// alone, and is no value.
func list(name, def, value, doc string, field func(*Config) *[]string, check func([]string) error, words ...string) Setting {
	setList := func(c *Config, values []string) error {
		for _, v := range values {
			switch {
			case v == "":
				return fmt.Errorf("an empty %s", value)
			case slices.Contains(words, v) && len(values) > 1:
				return fmt.Errorf("%q stands alone, without another %s", v, value)
			}
		}
		if len(values) > 0 && !slices.Contains(words, values[0]) {
			if err := check(values); err != nil {
				return err
			}
		}
		*field(c) = values
		return nil
	}
	return Setting{
		Name: name, Default: def, Value: value, Choices: words, List: true, Doc: doc, setList: setList,
		set: func(c *Config, text string) error { return setList(c, parts(text)) },
	}
}

// parts takes a list with commas apart.
func parts(text string) []string {
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
