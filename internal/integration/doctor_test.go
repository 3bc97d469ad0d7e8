//go:build linux

package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// A diagnosis is what the doctor command says.
type diagnosis struct {
	State  string
	Checks []struct{ Name, State, Detail, Advice string }
}

// doctor examines this host, and holds the exit status to what is found.
func (v virtaudit) doctor(t *testing.T) diagnosis {
	t.Helper()
	out, err := exec.Command(string(v), "doctor", "--format", "json").Output()
	status := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	var d diagnosis
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if wrong := bytes.Contains(out, []byte(`"state": "wrong"`)); (status == 1) != wrong || status > 1 {
		t.Errorf("exit status %d of\n%s", status, out)
	}
	return d
}

// want holds one check to a state and to a part of what was found. It gives
// what to do.
func (d diagnosis) want(t *testing.T, check, state, detail string) (advice string) {
	t.Helper()
	for _, c := range d.Checks {
		if c.Name != check {
			continue
		}
		if c.State != state || !strings.Contains(c.Detail, detail) {
			t.Errorf("%+v, want %s and %q", c, state, detail)
		}
		return c.Advice
	}
	t.Errorf("there is no check %q", check)
	return ""
}

// follow does what an advice begins with.
func follow(t *testing.T, advice, end string) {
	t.Helper()
	words := strings.Fields(advice[:max(0, strings.Index(advice, end))])
	if len(words) == 0 || words[0] != "auditctl" {
		t.Fatalf("the advice %q is no command", advice)
	}
	run(t, words[0], words[1:]...)
}

// Where there is a trail the doctor says so; where a link of it breaks he names
// that, and his advice mends it.
func TestDoctor(t *testing.T) {
	log := recordAudit(t)
	_, daemon, err := auditState()
	if err != nil {
		t.Fatal(err)
	}
	program := build(t)
	sent := message{is: record.VirtResource, kind: "rng", result: record.Success, text: []byte(
		`virt=kvm resrc=rng reason=attach vm="doctor" uuid=` + newUUID() + ` old-rng="?" new-rng="/dev/random"`)}
	sendAll(t, log, []message{sent})

	d := program.doctor(t)
	d.want(t, "permissions", "ok", "user 0, with CAP_AUDIT_CONTROL")
	d.want(t, "namespaces", "ok", "")
	d.want(t, "kernel audit", "ok", "on")
	d.want(t, "rules", "ok", "")
	d.want(t, "auditd", "ok", fmt.Sprintf("process %d", daemon))
	d.want(t, "log", "ok", log.path)
	d.want(t, "guest records", "ok", "the last at ")

	t.Run("off", func(t *testing.T) { doctorOfDisabled(t, program) })
	t.Run("excluded", func(t *testing.T) { doctorOfExcluded(t, program) })
	t.Run("listener", func(t *testing.T) {
		listenKernel(t)
		program.doctor(t).want(t, "auditd", "ok", " listens too")
	})
	t.Run("libvirt", func(t *testing.T) {
		host := startLibvirtd(t)
		program.doctor(t).want(t, "libvirt", "ok", fmt.Sprintf("libvirtd, process %d", host.pid))
	})
}

func doctorOfDisabled(t *testing.T, program virtaudit) {
	if _, err := output("auditctl", "-e", "0"); err != nil {
		t.Skipf("the kernel's audit can't be turned off: %v", err)
	}
	t.Cleanup(func() { run(t, "auditctl", "-e", "1") })
	follow(t, program.doctor(t).want(t, "kernel audit", "wrong", "off"), ",")
	program.doctor(t).want(t, "kernel audit", "ok", "on")
}

func doctorOfExcluded(t *testing.T, program virtaudit) {
	rule := []string{"always,exclude", "-F", "msgtype=VIRT_RESOURCE"}
	addRule(t, rule...)
	advice := program.doctor(t).want(t, "rules", "wrong", "VIRT_RESOURCE dropped by: -a "+strings.Join(rule, " "))
	follow(t, advice, ";")
	program.doctor(t).want(t, "rules", "ok", "")
}

// addRule adds a rule for the time of a test, in which it may be removed.
func addRule(t *testing.T, rule ...string) {
	t.Helper()
	if _, err := output("auditctl", append([]string{"-a"}, rule...)...); err != nil {
		t.Skipf("rules can't be added: %v", err)
	}
	t.Cleanup(func() { _, _ = output("auditctl", append([]string{"-d"}, rule...)...) })
}

// kaudit says of the kernel what auditctl does.
func TestAsAuditctl(t *testing.T) {
	enableAudit(t)
	for _, rule := range []string{
		"never,user -F uid=12345",
		"always,user -F msgtype!=VIRT_RESOURCE",
		"always,exclude -F msgtype>=CRYPTO_KEY_USER -F msgtype<=CRYPTO_FAILURE_USER -F auid=-1",
		"never,exclude -F subj_type=nobody_t -F pid>99999999",
		"always,exit -F path=/nowhere -F key=virtaudit",
	} {
		addRule(t, strings.Fields(rule)...)
	}
	conn, err := kaudit.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	rules, err := conn.Rules(ctx)
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Split(string(run(t, "auditctl", "-l")), "\n")
	compared := 0
	for _, r := range rules {
		if r.Filter != kaudit.FilterUser && r.Filter != kaudit.FilterExclude {
			continue
		}
		compared++
		if !slices.Contains(listed, r.String()) {
			t.Errorf("auditctl lists no %q but\n%s", r, strings.Join(listed, "\n"))
		}
	}
	if compared < 4 {
		t.Errorf("%d of the four rules are known", compared)
	}

	status, err := conn.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	said := string(run(t, "auditctl", "-s"))
	for name, value := range map[string]uint32{
		"enabled": uint32(status.Enabled), "failure": status.Failure, "pid": uint32(status.PID),
		"rate_limit": status.RateLimit, "backlog_limit": status.BacklogLimit, "lost": status.Lost,
		"backlog_wait_time": status.BacklogWaitTime,
	} {
		if line := fmt.Sprintf("%s %d\n", name, value); !strings.Contains("\n"+said, "\n"+line) {
			t.Errorf("auditctl says no %q but\n%s", line, said)
		}
	}
}
