//go:build linux

package integration

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// A message is what a hypervisor tells the kernel.
type message struct {
	is     record.Type
	kind   string
	text   []byte
	result record.Result
	// value is what the fields of free text mean, if it is the same for all.
	value string
}

// kernelKeeps is how many bytes of a message the kernel keeps.
const kernelKeeps = 8560

// whole gives the text with what libaudit appends to it.
func (m message) whole(t *testing.T) []byte {
	t.Helper()
	exe := record.AppendEncoded(nil, []byte(ownProgram(t)))
	return fmt.Appendf(bytes.Clone(m.text), " exe=%s hostname=? addr=? terminal=? res=%s", exe, m.result)
}

// ownProgram gives the program that runs this test.
func ownProgram(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// newUUID gives a uuid that no other record has.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// vectorMessages gives the texts of the vectors: what libvirt says, most of it
// recorded from libvirt. Those that the kernel would cut are left out.
func vectorMessages(t *testing.T) []message {
	t.Helper()
	files, err := filepath.Glob("../../testdata/vectors/*.log")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var found []message
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			if m, ok := messageOf(line); ok && len(m.whole(t)) <= kernelKeeps {
				found = append(found, m)
			}
		}
	}
	return found
}

// messageOf gives the message of a line, if the line has one and all of it is
// certain.
func messageOf(line []byte) (message, bool) {
	var r record.Record
	err := r.Parse(bytes.TrimSuffix(line, []byte("\n")))
	if err != nil || r.Kind == nil || r.Marks != 0 || r.Result == record.Unknown {
		return message{}, false
	}
	return message{is: r.Type, kind: r.Kind.Name, text: r.AppendMessage(nil), result: r.Result}, true
}

// hostileNames are names and paths that try to be something else.
var hostileNames = []string{
	"",
	"it's",
	`a "quoted" one`,
	`x vm-pid=1' res=success`,
	`' exe="/bin/sh" hostname=? addr=? terminal=? res=failed`,
	`": exe="/bin/sh`,
	"type=VIRT_CONTROL msg=audit(1.000:1): pid=1",
	"one\ntype=VIRT_CONTROL msg=audit(1.000:1): pid=1",
	"'\x1dUID=\"nobody\"",
	"0123ABCD",
	"Üñí-日本",
	"\xff\x00\x7f",
	`..\$(reboot);,=`,
	strings.Repeat("long name ", 120),
}

// hostileMessages gives a text for each kind of record and each such name,
// with the name wherever a record of that kind has a free text.
func hostileMessages(t *testing.T) []message {
	t.Helper()
	var found []message
	for _, kind := range record.Kinds() {
		for i, name := range hostileNames {
			m := message{is: kind.Type, kind: kind.Name, text: hostileText(t, kind, name), value: name}
			m.result = [...]record.Result{record.Success, record.Failed}[i%2]
			found = append(found, m)
		}
	}
	return found
}

func hostileText(t *testing.T, kind *record.Kind, name string) []byte {
	t.Helper()
	var r record.Record
	r.Begin(kind)
	for _, f := range freeTexts(kind) {
		if err := r.Set(f, name); err != nil {
			t.Fatalf("%s: %v", kind.Name, err)
		}
	}
	if err := r.Set("uuid", newUUID()); err != nil && !errors.Is(err, record.ErrNoField) {
		t.Fatalf("%s: %v", kind.Name, err)
	}
	return r.AppendMessage(nil)
}

// freeTexts gives the fields of a kind that can hold any bytes.
func freeTexts(kind *record.Kind) []string {
	var names []string
	for _, f := range kind.Fields {
		if f.Encoding == record.Encoded && f.Const == "" {
			names = append(names, f.Name)
		}
	}
	return names
}
