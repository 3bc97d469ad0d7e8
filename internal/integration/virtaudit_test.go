//go:build linux

package integration

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// virtaudit is the program as users have it.
type virtaudit string

func build(t *testing.T) virtaudit {
	t.Helper()
	program := filepath.Join(t.TempDir(), "virtaudit")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", program, "github.com/virtaudit/virtaudit/cmd/virtaudit")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return virtaudit(program)
}

// run gives what a command prints. It must be content with its input.
func (v virtaudit) run(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	cmd := exec.Command(string(v), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Fatalf("virtaudit %s: %v: %s", strings.Join(args, " "), err, said.Bytes())
	}
	return out.Bytes()
}

// A session is what the sessions command says of one. null is "" or 0.
type session struct {
	UUID, Name, Virt, State string
	Start, End              string
	StartEvent              string `json:"start_event"`
	EndEvent                string `json:"end_event"`
	StartReason             string `json:"start_reason"`
	EndReason               string `json:"end_reason"`
	PID                     int
	Labels                  []label
	Holdings                []holding
	Values                  []value
	Permissions             []permission
	Attempts                []attempt
}

// A proof is the ids of the events that show where something began and ended.
type proof []string

// at gives an id; "", which no event has, where it lacks.
func (p proof) at(i int) string {
	if i >= len(p) {
		return ""
	}
	return p[i]
}

type label struct {
	Model, At string
	Proof     proof
}

type holding struct {
	Kind, ID, From, To, Reason string
	EndedBy                    string `json:"ended_by"`
	Proof                      proof
}

type value struct {
	Kind, From, To string
	Value          uint64
	Proof          proof
}

type permission struct {
	Class, Action, From, To string
	Proof                   proof
}

type attempt struct {
	Kind, ID, Op, At string
	Proof            proof
}

// sessions gives the sessions of a log, in order.
func (v virtaudit) sessions(t *testing.T, log string) []session {
	t.Helper()
	var found []session
	for line := range bytes.Lines(v.run(t, nil, "sessions", "--format", "jsonl", log)) {
		var s session
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		found = append(found, s)
	}
	return found
}

// story tells a session line by line, without times and proofs.
func (s *session) story() string {
	told := []string{fmt.Sprintf("%s %s, process %d, %s to %s", s.State, s.Name, s.PID, s.StartReason, cmp.Or(s.EndReason, "-"))}
	for _, l := range s.Labels {
		told = append(told, "label of "+l.Model)
	}
	for _, h := range s.Holdings {
		told = append(told, fmt.Sprintf("%s %s, %s to %s", h.Kind, h.ID, h.Reason, cmp.Or(h.EndedBy, "-")))
	}
	for _, v := range s.Values {
		told = append(told, fmt.Sprintf("%s %d", v.Kind, v.Value))
	}
	for _, a := range s.Attempts {
		told = append(told, fmt.Sprintf("%s of %s %s failed", a.Op, a.Kind, a.ID))
	}
	return strings.Join(told, "\n")
}

// A summary is what the summary command counts.
type summary struct {
	Records, Resources map[string]int
	Starts, Stops      int
	FailedStarts       int `json:"failed_starts"`
	StopsWithoutStart  int `json:"stops_without_start"`
	FailedOperations   int `json:"failed_operations"`
	GuestAnomalies     int `json:"guest_anomalies"`
	Sessions           map[string]int
}

func (v virtaudit) summary(t *testing.T, log string) summary {
	t.Helper()
	var s summary
	out := v.run(t, nil, "summary", "--format", "json", log)
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return s
}
