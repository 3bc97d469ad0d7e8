package agent

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	s := setting("log_source")
	if s == nil || s.Flag() != "log-source" || s.Env() != "VIRTAUDIT_LOG_SOURCE" {
		t.Errorf("log_source has other names: %+v", s)
	}
	if s := setting("log-source"); s != nil {
		t.Errorf("a flag's name is taken for a setting's: %+v", s)
	}
}

// TestSettings holds the rows to what help and documents make of them.
func TestSettings(t *testing.T) {
	seen := map[string]bool{}
	for i := range Settings {
		s := &Settings[i]
		if seen[s.Name] {
			t.Errorf("%s has two rows", s.Name)
		}
		seen[s.Name] = true
		if s.Doc == "" || strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: %q is not one sentence without its full stop", s.Name, s.Doc)
		}
		if (s.Value == "") != (s.Bool || len(s.Choices) > 0 && !s.List) {
			t.Errorf("%s: its value is %q", s.Name, s.Value)
		}
		if s.List != (s.setList != nil) {
			t.Errorf("%s: half a list", s.Name)
		}
	}
}

func TestSetErrors(t *testing.T) {
	for _, tc := range []struct{ name, value, want string }{
		{"store", "", "no file is named"},
		{"log_source", "journal", `"journal": there are auto, file, multicast and stdin`},
		{"stdin", "perhaps", `"perhaps": there are true and false`},
		{"libvirt", "auto,qemu:///system", `"auto" stands alone, without another URI`},
		{"libvirt", "qemu:///system,", "an empty URI"},
		{"libvirt", "qemu+ssh://host/system", `libvirt URI "qemu+ssh://host/system": only this host can be watched`},
		{"qmp", "/run/a,[", `"[": syntax error in pattern`},
		{"sweep", "1", `"1" is no duration such as 30s, 10m or 90d`},
		{"sweep", "10ms", `"10ms": must be from 1s to 1d`},
		{"window", "2h", `"2h": must be from 1s to 1h`},
		{"retention", "-1d", `"-1d" is no duration such as 30s, 10m or 90d`},
		{"log_level", "loud", `"loud": there are debug, info, warn and error`},
		{"listen_tcp", "0.0.0.0:80", `"0.0.0.0:80": "0.0.0.0" is not the loopback: the API is for this host alone, at 127.0.0.1, [::1] or localhost`},
	} {
		var c Config
		if err := setting(tc.name).Set(&c, tc.value); err == nil || err.Error() != tc.want {
			t.Errorf("%s=%s: %v, want %s", tc.name, tc.value, err, tc.want)
		}
	}
}

func TestParts(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "a": {"a"}, "a, b": {"a", "b"}, "a,": {"a", ""},
	} {
		if got := parts(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
