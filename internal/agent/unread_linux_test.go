package agent

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

func TestUnread(t *testing.T) {
	const table = `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
000000009de6d6af 0   4711       00000000 768      0        0     2        0        4
00000000c2e9ed7a 9   0          00000000 512      0        0     2        0        6
00000000c2e9ed7b 9   4294962585 00000001 256      0        0     2        0        7
00000000c2e9ed7c 9   4711       00000000 1280     0        0     2        0        8
00000000c2e9ed7d 9   4712       00000000 x        0        0     2        0        9
short 9 4713
`
	for pid, want := range map[int]int{4711: 1280, 4712: 0, 4713: 0, 1: 0} {
		is := func(owner int) bool { return owner == pid }
		if got := unreadIn([]byte(table), is); got != want {
			t.Errorf("of process %d %d bytes are unread, want %d", pid, got, want)
		}
	}
	if got := unreadIn(nil, func(int) bool { return true }); got != 0 {
		t.Errorf("%d of no table", got)
	}
}

// TestIsAuditd: a process that has taken auditd's name is only believed where it is
// root's.
func TestIsAuditd(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip("needs sleep")
	}
	program := filepath.Join(t.TempDir(), "auditd")
	if err := os.Symlink(sleep, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	if got, want := isAuditd(cmd.Process.Pid), os.Geteuid() == 0; got != want {
		t.Errorf("a process called auditd, of user %d, is taken for it: %t", os.Geteuid(), got)
	}
	if isAuditd(os.Getpid()) {
		t.Error("this process is taken for auditd")
	}
}

// Once records don't wait any more, the log has a moment to show them.
func TestBehindSettles(t *testing.T) {
	k := &probed{status: kaudit.Status{PID: 7}}
	e := newEmitter(func() (kaudit.Sender, error) { return k, nil })
	for _, step := range []struct {
		at      int64
		backlog uint32
		want    string
	}{
		{10_000, 0, ""},
		{11_000, 3, "3 records wait in the kernel for auditd"},
		{11_500, 0, "records waited for auditd until now"},
		{11_000 + settled - 1, 0, "records waited for auditd until now"},
		{11_000 + settled, 0, ""},
		{20_000, 1, "1 records wait in the kernel for auditd"},
		{5_000, 0, ""}, // the clock was set back
	} {
		k.status.Backlog = step.backlog
		if got := e.behind(t.Context(), true, step.at); got != step.want {
			t.Errorf("at %d: %q, want %q", step.at, got, step.want)
		}
	}
}
