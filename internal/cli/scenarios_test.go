package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScenarios compares what the commands say of the logs of real guests, and
// of the traps in testdata/cases, with what is written in testdata/scenarios:
// its README says what really happened.
func TestScenarios(t *testing.T) {
	for dir, prefix := range map[string]string{"scenarios": "", "cases": "case-"} {
		logs, err := filepath.Glob("../../testdata/" + dir + "/*.log")
		if err != nil || len(logs) < 10 {
			t.Fatalf("%s: %d logs, %v", dir, len(logs), err)
		}
		for _, log := range logs {
			name := strings.TrimSuffix(filepath.Base(log), ".log")
			compareTold(t, "../../testdata/scenarios/"+prefix+name+".txt", log)
		}
	}
}

// TestScenariosInOrder: the logs of one guest's life, read one after the other,
// are one trail.
func TestScenariosInOrder(t *testing.T) {
	for life, pattern := range map[string]string{
		"g": "g0*", // behind that too much is in no slice
		"h": "h[0-9]*", "s": "s[0-9]*", "x": "x[0-9]*",
	} {
		logs, err := filepath.Glob("../../testdata/scenarios/" + pattern + ".log")
		if err != nil || len(logs) < 2 {
			t.Fatalf("%s: %d logs, %v", life, len(logs), err)
		}
		compareTold(t, "../../testdata/scenarios/"+life+"-life.txt", logs...)
	}
}

// compareTold compares what the commands say of logs with a file.
func compareTold(t *testing.T, golden string, logs ...string) {
	t.Helper()
	t.Run(strings.TrimSuffix(filepath.Base(golden), ".txt"), func(t *testing.T) {
		var got bytes.Buffer
		for _, command := range [...]string{"sessions", "events", "findings"} {
			fmt.Fprintf(&got, "$ virtaudit %s\n", command)
			status := Run("test", append([]string{command, "--utc"}, logs...), Streams{In: strings.NewReader(""), Out: &got, Err: &got})
			if status != 0 {
				fmt.Fprintf(&got, "status %d\n", status)
			}
			got.WriteByte('\n')
		}
		text := strings.ReplaceAll(got.String(), "../../testdata/", "")
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s differs; got\n%s", golden, text)
		}
	})
}
