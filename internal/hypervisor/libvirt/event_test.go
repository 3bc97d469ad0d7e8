package libvirt

import (
	"math"
	"testing"
)

// The layout of each kind is that of libvirt's remote_protocol.x.
func TestDecodeEvent(t *testing.T) {
	type put func(*payload)
	words := func(w ...uint32) put { return func(b *payload) { b.words(w...) } }
	text := func(s string) put { return func(b *payload) { b.text(s) } }
	for _, tc := range []struct {
		procedure uint32
		puts      []put
		want      string
	}{
		{318, []put{words(2, 0)}, `lifecycle event="started" detail="booted"`},
		{318, []put{words(3, 2)}, `lifecycle event="suspended" detail="io-error"`},
		{318, []put{words(5, 99)}, `lifecycle event="stopped" detail="99"`},
		{318, []put{words(99, 1)}, `lifecycle event="99" detail="1"`},
		{319, nil, `reboot`},
		{320, []put{words(math.MaxUint32, math.MaxUint32)}, `rtc-change offset="-1"`},
		{321, []put{words(1)}, `watchdog action="pause"`},
		{
			323,
			[]put{words(0, 0), text("10.0.0.1"), text("5900"), words(2), text(""), text("/run/vnc"), text("vnc"), words(1), text("x509dname"), text("CN=me")},
			`graphics phase="connect" local-family="ipv4" local-node="10.0.0.1" local-service="5900" remote-family="unix" remote-node="" remote-service="/run/vnc" auth="vnc" subject="x509dname=CN=me"`,
		},
		{324, []put{text("/a b"), text("virtio-disk0"), words(2), text("enospc")}, `io-error path="/a b" device="virtio-disk0" action="report" reason="enospc"`},
		{325, nil, `control-error`},
		{327, []put{words(1), text("/old"), words(0), text("ide0-1"), words(0)}, `disk-change old="/old" device="ide0-1" reason="missing-on-start"`},
		{328, []put{text("ide0-1-0"), words(0)}, `tray device="ide0-1-0" tray="open"`},
		{329, nil, `pm-wakeup`},
		{330, nil, `pm-suspend`},
		{331, []put{words(0, 65536)}, `balloon kib="65536"`},
		{332, nil, `pm-suspend-disk`},
		{333, []put{text("rng1")}, `device-removed device="rng1"`},
		{339, []put{text("vda"), words(4, 3)}, `block-job target="vda" job="active-commit" status="ready"`},
		{
			346,
			[]put{words(7), text("a"), words(1, math.MaxUint32), text("b"), words(2, math.MaxUint32), text("c"), words(3, math.MaxUint32, math.MaxUint32), text("d"), words(4, 0, 7), text("e"), words(5, 0x3ff80000, 0), text("f"), words(6, 1), text("g"), words(7), text("vda")},
			`tunable a="-1" b="4294967295" c="-1" d="7" e="1.5" f="true" g="vda"`,
		},
		{348, []put{words(1, 2)}, `agent state="connected" reason="channel"`},
		{354, []put{text("é\n")}, `device-added device="é\n"`},
		{359, []put{words(3)}, `migration-iteration iteration="3"`},
		{363, []put{words(1), text("operation"), words(1, 2)}, `job-completed operation="2"`},
		{367, []put{text("rng1")}, `device-removal-failed device="rng1"`},
		{379, []put{words(2, 1), text("http://x")}, `metadata type="element" uri="http://x"`},
		{379, []put{words(1, 0)}, `metadata type="title"`},
		{385, []put{text("vda"), words(0), words(0, 1, 0, 2)}, `block-threshold target="vda" threshold="1" excess="2"`},
		{423, []put{words(1, 2, 1)}, `memory-failure recipient="guest" action="fatal" flags="1"`},
		{438, []put{text("dimm0"), words(0, 1024)}, `memory-device-size device="dimm0" bytes="1024"`},
		{453, []put{text("net0"), text("52:54:00:00:00:01"), text("52:54:00:00:00:02")}, `mac-change device="net0" old="52:54:00:00:00:01" new="52:54:00:00:00:02"`},
	} {
		g := newFake("web")
		g.id = math.MaxUint32
		message := eventFrame(tc.procedure, g, func(b *payload) {
			for _, put := range tc.puts {
				put(b)
			}
		})[headerSize:]
		kind := eventKindOf(tc.procedure)
		e, err := decodeEvent(kind, message)
		if err != nil || e.String() != tc.want || e.Name != "web" || e.UUID != g.uuid() || e.ID != -1 {
			t.Errorf("procedure %d: %+v, %v\n%s\nwant\n%s", tc.procedure, e, err, &e, tc.want)
		}
		for n := range len(message) {
			if e, err := decodeEvent(kind, message[:n]); err == nil {
				t.Errorf("%d of %d bytes are an event: %s", n, len(message), &e)
			}
		}
	}
}

// Each kind is there once, under the number of its procedure.
func TestEventKinds(t *testing.T) {
	for i := range eventKinds {
		kind := &eventKinds[i]
		if eventKindOf(kind.procedure) != kind || rereads(kind.name) != kind.reread {
			t.Errorf("%s shares its procedure or name with another", kind.name)
		}
	}
	if rereads("none such") {
		t.Error("an unknown event has guests read")
	}
}

func FuzzDecodeEvent(f *testing.F) {
	for i := range eventKinds {
		f.Add(i, eventFrame(eventKinds[i].procedure, newFake("x"), func(b *payload) { b.words(1, 2, 3, 4, 5, 6, 7, 8) })[headerSize:])
	}
	f.Fuzz(func(t *testing.T, i int, message []byte) {
		if i < 0 || i >= len(eventKinds) {
			return
		}
		e, err := decodeEvent(&eventKinds[i], message)
		size := len(e.Name)
		for _, field := range e.Fields {
			size += len(field.Value)
		}
		if err == nil && size > 10*len(message) {
			t.Errorf("%d bytes of values from a message of %d", size, len(message))
		}
	})
}
