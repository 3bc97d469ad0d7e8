package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// What a record can't hold is warned of once, and the messages are sent.
func TestEmitWarning(t *testing.T) {
	var said bytes.Buffer
	e := emitter{std: Streams{Err: &said}}
	g := &guest.Spec{Name: "g", UUID: "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", Virt: "firecracker"}
	messages := e.messages([]guest.Change{
		{Guest: g, Op: guest.Attach, New: guest.RNG{Path: "/dev/random"}},
		{Guest: g, Op: guest.Stop},
	})
	if len(messages) != 2 || !bytes.HasPrefix(messages[0].Text, []byte("virt=? resrc=rng ")) {
		t.Errorf("messages %v", messages)
	}
	if want := "virtaudit: warning: virt: libvirt has no hypervisor \"firecracker\"; written as ?\n"; said.String() != want {
		t.Errorf("standard error %q, want %q", said.String(), want)
	}
}

// Help says where not to use it.
func TestEmitHelp(t *testing.T) {
	root := newEmit(Streams{})
	for _, cmd := range append(root.Commands(), root) {
		if !strings.Contains(cmd.Long, "for guests that libvirt runs: it sends these records itself") {
			t.Errorf("%s: the help has no warning", cmd.Name())
		}
		if cmd.Example == "" || cmd.ValidArgsFunction == nil {
			t.Errorf("%s: no example or no completion", cmd.Name())
		}
	}
}
