//go:build linux

package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func (f *fake) find(known ...Process) Found {
	f.t.Helper()
	found, err := f.host().Find(f.t.Context(), known)
	if err != nil {
		f.t.Fatal(err)
	}
	return found
}

func TestFind(t *testing.T) {
	f := newFake(t)
	f.process(1, 0, "/sbin/init", "/sbin/init")
	f.process(30, 1, "/usr/bin/qemu-system-x86_64", "qemu", "-name", "guest=web", "-uuid", uuid)
	f.process(4, 1, "/usr/bin/swtpm", "swtpm", "socket")
	f.process(5, 1, "/bin/sleep", "/usr/bin/qemu-system-x86_64", "-name", "guest=liar")
	f.process(6, 2, "/x", "")
	if err := os.Remove(filepath.Join(f.root, "proc/6/exe")); err != nil { // one of the kernel's
		t.Fatal(err)
	}
	f.write("proc/99/comm", "it ended") // only a part is left
	f.write("proc/1x/comm", "no pid")
	found := f.find()
	if len(found.Processes) != 2 || len(found.Missing) != 0 {
		t.Fatalf("found %+v", found)
	}
	tpm, web := found.Processes[0], found.Processes[1]
	if tpm.PID != 4 || tpm.Program != SWTPM {
		t.Errorf("%+v, want swtpm as process 4", tpm)
	}
	if web.PID != 30 || web.Start != 300 || web.Parent != 1 || web.UID != 107 || web.Program != QEMU ||
		web.Exe != "/usr/bin/qemu-system-x86_64" || web.Name != "web" || web.UUID != uuid {
		t.Errorf("the QEMU of guest web: %+v", web)
	}
}

// A known process keeps its name, whatever its command line has become; one
// that only has its pid is another.
func TestFindKnown(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-system-x86_64", "qemu", "-name", "web")
	known := f.find().Processes
	f.write("proc/30/cmdline", "qemu\x00-name\x00liar\x00")
	f.write("proc/30/stat", statText(30, "x", "S", 77, 300))
	if p := f.find(known...).Processes[0]; p.Name != "web" || p.Parent != 77 {
		t.Errorf("known: %+v, want web of process 77", p)
	}
	f.write("proc/30/stat", statText(30, "x", "S", 1, 301))
	if p := f.find(known...).Processes[0]; p.Name != "liar" || p.Is(known[0]) {
		t.Errorf("another one: %+v", p)
	}
	f.write("proc/30/stat", statText(30, "x", "Z", 1, 300))
	if found := f.find(known...); len(found.Processes) != 0 || len(found.Missing) != 0 {
		t.Errorf("found a dead process: %+v", found)
	}
}

// A process that was found as it began its program, before it had a command line, is
// read again when it has one.
func TestFindBeginning(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-system-x86_64")
	f.write("proc/30/cmdline", "")
	known := f.find().Processes
	if len(known) != 1 || known[0].Name != "" {
		t.Fatalf("found %+v", known)
	}
	f.write("proc/30/cmdline", "qemu\x00-name\x00web\x00-uuid\x00"+uuid+"\x00")
	if p := f.find(known...).Processes[0]; p.Name != "web" || p.UUID != uuid || !p.Is(known[0]) {
		t.Errorf("%+v, want web", p)
	}
}

func TestFindFaults(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu", "-append", strings.Repeat("x", maxCommandLine), "-name", "web")
	f.process(31, 1, "/usr/bin/qemu-kvm", "qemu")
	f.write("proc/31/stat", "garbage")
	found := f.find()
	if len(found.Processes) != 1 || found.Processes[0].Name != "" {
		t.Errorf("found %v", found.Processes)
	}
	text := fmt.Sprint(found.Missing)
	for _, want := range []string{"command lines: too long, cut", "garbage"} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %s, want %q", text, want)
		}
	}
	if _, err := At(t.TempDir()).Find(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "proc") {
		t.Errorf("no /proc: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.host().Find(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
