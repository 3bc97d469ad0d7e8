package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

// summary says of a generated log exactly what its generator knows that it
// proves, however the log comes.
func TestSummaryIsTruth(t *testing.T) {
	size := int64(6 << 20)
	if testing.Short() {
		size = 1 << 20
	}
	for name, cfg := range map[string]loggen.Config{
		"apparmor":    {Seed: 11},
		"selinux":     {Seed: 12, Labels: loggen.SELinux, Guests: 200},
		"dac, raw":    {Seed: 13, Labels: loggen.DACOnly, Raw: true},
		"three nodes": {Seed: 14, Nodes: 3, Guests: 60},
		"few guests":  {Seed: 15, Guests: 3},
		"only virt":   {Seed: 16, OnlyVirt: true},
		"clock steps": {Seed: 17, ClockSteps: true},
		"from a boot": {Seed: 18, FreshStart: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Size = size
			log, want := generated(t, cfg)
			for how, std := range waysIn(t, log) {
				if got := summaryOf(t, std.args, std.stdin); !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %v", how, difference(got, want))
				}
			}
		})
	}
}

// generated gives a log and its truth as decoded JSON.
func generated(t *testing.T, cfg loggen.Config) ([]byte, map[string]any) {
	t.Helper()
	var log bytes.Buffer
	truth, err := loggen.Generate(&log, cfg)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(truth)
	if err != nil {
		t.Fatal(err)
	}
	return log.Bytes(), decoded(t, text)
}

func decoded(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return m
}

// wayIn is a way to give a log to a command.
type wayIn struct {
	args  []string
	stdin []byte
}

func waysIn(t *testing.T, log []byte) map[string]wayIn {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "plain.log")
	rotations := filepath.Join(dir, "rotations")
	gzipped := filepath.Join(dir, "packed.gz")
	if err := os.WriteFile(file, log, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := splitTo(rotations, log, 12); err != nil {
		t.Fatal(err)
	}
	text, err := packed("gzip", log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(gzipped, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return map[string]wayIn{
		"file":           {args: []string{file}},
		"rotations":      {args: []string{rotations}},
		"gzip":           {args: []string{gzipped}},
		"standard input": {args: []string{"-"}, stdin: log},
	}
}

func summaryOf(t *testing.T, args []string, stdin []byte) map[string]any {
	t.Helper()
	var out, errs bytes.Buffer
	status := Run("test", append([]string{"summary", "--format", "json"}, args...),
		Streams{In: bytes.NewReader(stdin), Out: &out, Err: &errs})
	if status != exitOK || errs.Len() > 0 {
		t.Fatalf("exit status %d: %s", status, errs.String())
	}
	return decoded(t, out.Bytes())
}

// difference gives what differs: what there is and what there should be.
func difference(got, want map[string]any) map[string][2]any {
	diff := map[string][2]any{}
	for _, m := range []map[string]any{got, want} {
		for key := range m {
			if !reflect.DeepEqual(got[key], want[key]) {
				diff[key] = [2]any{got[key], want[key]}
			}
		}
	}
	return diff
}
