package libvirtxml

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// compared counts what was compared.
type compared struct {
	definitions, messages int
}

// atLeast fails where so little was compared that data must be missing.
func (n compared) atLeast(t *testing.T, definitions int) {
	t.Helper()
	if n.definitions < definitions {
		t.Errorf("only %d definitions compared, want %d at least", n.definitions, definitions)
	}
	t.Logf("compared: %d definitions, %d messages", n.definitions, n.messages)
}

// channelDir is that of the host on which libvirt was asked.
const channelDir = "/tmp/channel"

// compareAll compares what we say of guests' lives with what libvirt says. In
// xml and want, * is a definition's name. Definitions of which it said nothing
// are left out.
func compareAll(t *testing.T, xml, want string, o Options) (n compared) {
	t.Helper()
	if o.ChannelDir == "" {
		o.ChannelDir = channelDir
	}
	files, err := filepath.Glob(xml)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".xml")
		lines, err := readLines(strings.Replace(want, "*", name, 1))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		spec, err := parseFile(file, o)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		compareLines(t, name, life(spec), lines)
		n.definitions++
		n.messages += len(lines)
	}
	return n
}

// variants are what can stand beside a definition in a folder of them.
var variants = []struct {
	name, suffix string
	opts         Options
}{
	{"written", ".txt", Options{}},
	{"define", ".define.txt", Options{Memory: MemoryDefined}},
	{"live", ".live.txt", Options{Live: true}},
	{"start", ".start.txt", Options{Memory: MemoryStarted}},
}

// compareVariants compares a folder of definitions with what stands beside each
// of them: NAME.txt is of the definition as written, NAME.define.txt after a
// define, NAME.live.txt of a running guest, NAME.start.txt of the memory at a
// start.
func compareVariants(t *testing.T, dir string, definitions int) {
	var n compared
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			of := compareAll(t, filepath.Join(dir, "*.xml"), filepath.Join(dir, "*"+v.suffix), v.opts)
			t.Logf("compared: %d definitions, %d messages", of.definitions, of.messages)
			n.definitions += of.definitions
			n.messages += of.messages
		})
	}
	n.atLeast(t, definitions)
}

func parseFile(name string, o Options) (*guest.Spec, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(bytes.NewReader(text), o)
}

// readLines reads messages, one a line.
func readLines(name string) ([]string, error) {
	text, err := os.ReadFile(name)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}

func compareLines(t *testing.T, name string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if g, w := lineAt(got, i), quoted(lineAt(want, i)); g != w {
			t.Errorf("%s, message %d:\n got %s\nwant %s", name, i+1, g, w)
			return
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return fmt.Sprintf("(only %d messages)", len(lines))
}

// quoted gives one of libvirt's messages as we write it. There is one
// difference: a path of shared memory, of an ivshmem server or of an input
// device, and a label, which libvirt writes as they are, we write in hex where
// a blank, a double quote or a control byte is in them.
func quoted(line string) string {
	switch {
	case strings.Contains(line, " resrc=shmem "), strings.Contains(line, " resrc=ivshmem-socket "),
		strings.Contains(line, " resrc=evdev "):
		return quotedFields(line, " path=")
	case strings.HasPrefix(line, "VIRT_MACHINE_ID "):
		return quotedFields(line, " vm-ctx=", " img-ctx=", " model=")
	}
	return line
}

// quotedFields quotes the fields that a message ends with.
func quotedFields(line string, names ...string) string {
	for i, name := range names {
		before, value, ok := strings.Cut(line, name)
		if !ok {
			return line
		}
		var after string
		if i+1 < len(names) {
			end := strings.LastIndex(value, names[i+1])
			value, after = value[:end], value[end:]
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r == '"' || r == 0x7f }) {
			value = fmt.Sprintf("%X", value)
		}
		line = before + name + value + after
	}
	return line
}

func TestQuoted(t *testing.T) {
	for line, want := range map[string]string{
		`VIRT_RESOURCE success virt=kvm resrc=evdev reason=start vm="a" uuid=u path=/dev/a b`: `VIRT_RESOURCE success virt=kvm resrc=evdev reason=start vm="a" uuid=u path=2F6465762F612062`,
		`VIRT_RESOURCE success virt=kvm resrc=evdev reason=start vm="a" uuid=u path=/dev/é`:   `VIRT_RESOURCE success virt=kvm resrc=evdev reason=start vm="a" uuid=u path=/dev/é`,
		`VIRT_MACHINE_ID success virt=kvm vm="a" uuid=u vm-ctx=a b img-ctx=c model=dac`:       `VIRT_MACHINE_ID success virt=kvm vm="a" uuid=u vm-ctx=612062 img-ctx=c model=dac`,
		`VIRT_RESOURCE success virt=kvm resrc=rng reason=start vm="a" uuid=u old-rng="?" x y`: `VIRT_RESOURCE success virt=kvm resrc=rng reason=start vm="a" uuid=u old-rng="?" x y`,
	} {
		if got := quoted(line); got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}
