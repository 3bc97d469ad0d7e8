package witness

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// startLibvirt gives a teller that knows what the keeper keeps.
func startLibvirt(t *testing.T, k *keeper) *libvirtTeller {
	t.Helper()
	return startLibvirtAs(t, k, k.base())
}

func startLibvirtAs(t *testing.T, k *keeper, b Base) *libvirtTeller {
	t.Helper()
	all, err := NewLibvirt(b, LibvirtOptions{URIs: []string{"qemu:///system"}})
	must(t, err)
	teller, err := all[0].teller(k.give)
	must(t, err)
	must(t, teller.begin())
	return teller
}

// read gives a guest as it is read from XML.
func read(t *testing.T, xml string, id, pid int) libvirt.Guest {
	t.Helper()
	spec, err := libvirtxml.Parse(strings.NewReader(xml), libvirtxml.Options{Live: true})
	must(t, err)
	return libvirt.Guest{
		UUID: spec.UUID, Name: spec.Name, ID: id, PID: pid, State: "running", Reason: "booted",
		Hash: sha256.Sum256([]byte(xml)), Spec: spec,
	}
}

func second(n int64) time.Time { return time.Unix(1_792_000_000+n, 0) }

func span(from, to int64) libvirt.Span { return libvirt.Span{From: second(from), To: second(to)} }

const hwrng = `<rng model='virtio'><backend model='random'>/dev/random</backend></rng>`

var started = libvirt.Event{
	At: second(9), UUID: uuidA, Name: "web", ID: 3, Kind: "lifecycle",
	Fields: []libvirt.Field{{Name: "event", Value: "started"}, {Name: "detail", Value: "restored"}},
}

// The life of a guest, with a restart of the service between.
func TestLibvirtLife(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	must(t, l.take(libvirt.Connected{At: second(1)}))
	if _, watched := k.take(); len(watched) != 1 || !watched[0].Up || watched[0].Since != 0 || watched[0].Source != "libvirt qemu:///system" {
		t.Errorf("watched %+v", watched)
	}
	g := read(t, definition, 3, 4242)
	must(t, l.take(libvirt.Seen{Guest: g, Span: span(5, 10), XML: definition, Told: []libvirt.Event{started}}))
	seen := k.one(fact.Seen)
	last := seen.Wants[len(seen.Wants)-1]
	if seen.UUID != uuidA || seen.PID != 4242 || seen.Virt != "kvm" || seen.From != second(5).UnixMilli() || seen.Run == "" ||
		seen.Definition == "" || strings.Contains(seen.Definition, "hunter2") || len(seen.Tells) != 1 || seen.Tells[0].Text != "event=started detail=restored" {
		t.Errorf("seen %+v", seen)
	}
	if last.Type != "VIRT_CONTROL" || last.Op != "start" || last.Text != `virt=kvm op=start reason=restored vm="web" uuid=`+uuidA+` vm-pid=4242` {
		t.Errorf("wants %+v", last)
	}
	must(t, l.take(libvirt.Swept{Span: span(20, 25), Guests: 1}))
	k.ticked("libvirt qemu:///system", second(20))
	k.none("a sweep")

	l = startLibvirt(t, k)
	seed := l.seed()
	if len(seed.Guests) != 1 || !seed.Listed.Equal(second(20)) || !seed.Guests[0].Read.Equal(second(20)) ||
		seed.Guests[0].Hash != g.Hash || len(guest.Diff(seed.Guests[0].Spec, g.Spec)) != 0 {
		t.Fatalf("seed %+v", seed)
	}
	must(t, l.take(libvirt.Connected{At: second(40)}))
	if _, watched := k.take(); len(watched) != 1 || watched[0].Since != second(25).UnixMilli() {
		t.Errorf("watched %+v", watched)
	}
	attachSeen(t, k, l, g, seen.Run)

	must(t, l.take(libvirt.Gone{Guest: g, Span: span(60, 70)}))
	gone := k.one(fact.Gone)
	if gone.Run != seen.Run || len(gone.Wants) != 1 || gone.Wants[0].Op != "stop" || !strings.Contains(gone.Wants[0].Text, "reason=failed") || gone.Was != "running" {
		t.Errorf("gone %+v", gone)
	}
	if len(k.state) != 1 { // the time of the sweep
		t.Errorf("stored %v", k.state)
	}
}

// attachSeen attaches an RNG: the definition comes with it, the record that is
// wanted, and once more nothing.
func attachSeen(t *testing.T, k *keeper, l *libvirtTeller, before libvirt.Guest, run string) {
	t.Helper()
	xml := strings.Replace(definition, "<rng ", hwrng+"<rng ", 1)
	now := read(t, xml, 3, 4242)
	changes := guest.Diff(before.Spec, now.Spec)
	must(t, l.take(libvirt.Changed{Guest: now, Span: span(20, 45), Was: "running", Changes: changes, XML: xml}))
	o := k.one(fact.Changed)
	want := fact.Wanted{
		Type: "VIRT_RESOURCE", Op: "attach", Kind: "rng", ID: "/dev/random",
		Text: `virt=kvm resrc=rng reason=attach vm="web" uuid=` + uuidA + ` old-rng="?" new-rng="/dev/random"`,
	}
	if len(o.Wants) != 1 || o.Wants[0] != want || o.Run != run || len(things(o, "rng")) != 4 || o.From != second(20).UnixMilli() || o.Definition == "" {
		t.Errorf("attached %+v", o)
	}
	now.State, now.Reason = "paused", "user"
	must(t, l.take(libvirt.Changed{Guest: now, Span: span(45, 50), Was: "running", XML: xml}))
	if o := k.one(fact.Changed); o.Was != "running" || o.State != "paused" || o.Definition != "" || len(o.Wants) != 0 {
		t.Errorf("paused %+v", o)
	}
}

// A guest of the boot before runs no more.
func TestLibvirtOtherBoot(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	must(t, l.take(libvirt.Seen{Guest: read(t, definition, 3, 4242), Span: span(5, 10), XML: definition}))
	must(t, l.take(libvirt.Swept{Span: span(20, 25), Guests: 1}))
	k.take()
	b := k.base()
	b.Boot = "b00t-2"
	l = startLibvirtAs(t, k, b)
	if o := k.one(fact.Gone); o.UUID != uuidA || o.From != second(20).UnixMilli() || len(o.Wants) != 0 {
		t.Errorf("gone %+v", o)
	}
	if seed := l.seed(); len(seed.Guests) != 0 || !seed.Listed.IsZero() {
		t.Errorf("seed %+v", seed)
	}
}

func TestLibvirtLost(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	must(t, l.take(libvirt.Lost{At: second(1), Err: errors.New("refused")}))
	must(t, l.take(libvirt.Lost{At: second(2), Err: errors.New("no such file")}))
	if _, watched := k.take(); len(watched) != 1 || watched[0].Up || watched[0].Why != "refused" {
		t.Errorf("watched %+v", watched)
	}
	must(t, l.take(libvirt.Connected{At: second(3)}))
	must(t, l.take(libvirt.Missed{At: second(4), Events: 5}))
	_, watched := k.take()
	if len(watched) != 3 || !watched[0].Up || watched[1].Up || !watched[2].Up || watched[2].Since != second(4).UnixMilli() {
		t.Errorf("watched %+v", watched)
	}
	if s := l.box.get(); !s.Up || s.Missed != 5 {
		t.Errorf("status %+v", s)
	}
}

// A guest that can't be read is known as it was, and no later.
func TestLibvirtFailed(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	g := read(t, definition, 3, 4242)
	must(t, l.take(libvirt.Seen{Guest: g, Span: span(5, 10), XML: definition}))
	k.take()
	must(t, l.take(libvirt.Failed{Guest: g, At: second(12), Err: errors.New("not now")}))
	if o := k.one(fact.Failed); o.Problem != "not now" || o.To != second(12).UnixMilli() || len(o.Has) != 0 {
		t.Errorf("failed %+v", o)
	}
	must(t, l.take(libvirt.Swept{Span: span(20, 25), Guests: 1}))
	if seed := startLibvirt(t, k).seed(); !seed.Guests[0].Read.Equal(second(10)) {
		t.Errorf("seed %+v", seed)
	}
}

// A guest can't have more told than is good.
func TestLibvirtManyEvents(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	e := libvirt.Event{At: second(1), UUID: uuidA, Name: "web", Kind: "tray", Fields: []libvirt.Field{{Name: "tray", Value: "open"}}}
	for range 1000 {
		must(t, l.take(e))
	}
	e.At = second(1).Add(eventPause)
	must(t, l.take(e))
	all, _ := k.take()
	last := all[len(all)-1]
	if len(all) != maxEvents+1 || all[0].What != fact.Told || all[0].Tells[0].Text != "tray=open" || !strings.HasPrefix(last.Problem, "936 events") {
		t.Errorf("%d told, the last %+v", len(all), last)
	}
}

// Nor can it change its definition without end: that is told now and then, and
// since when.
func TestLibvirtWithheld(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	balloon := func(n int, from, to int64) libvirt.Changed {
		xml := strings.Replace(definition, ">1048576<", fmt.Sprintf(">%d<", n), 1)
		return libvirt.Changed{Guest: read(t, xml, 3, 7), Span: span(from, to), Was: "running", XML: xml}
	}
	must(t, l.take(libvirt.Seen{Guest: read(t, definition, 3, 7), Span: span(5, 10), XML: definition}))
	k.take()
	for i := range 2 * maxTexts {
		must(t, l.take(balloon(i, 10, 11)))
	}
	if all, _ := k.take(); len(all) != maxTexts {
		t.Errorf("%d told", len(all))
	}
	must(t, l.take(balloon(7777, 20, 100)))
	if o := k.one(fact.Changed); o.From != second(10).UnixMilli() || o.Definition == "" || thing(t, o, "mem").Detail["current"] != "7777" {
		t.Errorf("changed %+v", o)
	}
}

// flood has a guest change its definition until no more is told of that.
func flood(t *testing.T, k *keeper, l *libvirtTeller) {
	t.Helper()
	must(t, l.take(libvirt.Seen{Guest: read(t, definition, 3, 7), Span: span(5, 10), XML: definition}))
	for i := range 2 * maxTexts {
		xml := tray(i)
		must(t, l.take(libvirt.Changed{Guest: read(t, xml, 3, 7), Span: span(10, 11), Was: "running", XML: xml}))
	}
	k.take()
}

// tray gives the definition of a guest that has opened its drive.
func tray(n int) string {
	return strings.Replace(definition, "<target dev='sda'", fmt.Sprintf("<target tray='open%d' dev='sda'", n), 1)
}

// Whatever a guest does, what it can't change by itself is told.
func TestLibvirtFloodHidesNothing(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	flood(t, k, l)
	xml := strings.Replace(definition, "/srv/base.img", "/srv/secret.img", 1)
	must(t, l.take(libvirt.Changed{Guest: read(t, xml, 3, 7), Span: span(12, 13), Was: "running", XML: xml}))
	if o := k.one(fact.Changed); o.From != second(12).UnixMilli() || !strings.Contains(o.Definition, "secret.img") {
		t.Errorf("changed %+v", o)
	}
	xml = strings.Replace(xml, "<memory", "<cputune><shares>5</shares></cputune><memory", 1)
	must(t, l.take(libvirt.Changed{Guest: read(t, xml, 3, 7), Span: span(14, 15), Was: "running", XML: xml}))
	k.none("one more that may be the guest's own")
	must(t, l.take(libvirt.Swept{Span: span(16, 17), Guests: 1}))
	k.none("a sweep before the pause is over")
	must(t, l.take(libvirt.Swept{Span: span(100, 101), Guests: 1}))
	if o := k.one(fact.Changed); o.From != second(14).UnixMilli() || o.To != second(100).UnixMilli() || !strings.Contains(o.Definition, "cputune") {
		t.Errorf("changed %+v", o)
	}
	must(t, l.take(libvirt.Swept{Span: span(200, 201), Guests: 1}))
	k.none("all is told")
}

// A run of the service that ends before all is told has the next one read the
// definition anew.
func TestLibvirtWithheldOverRestart(t *testing.T) {
	k := newKeeper(t)
	flood(t, k, startLibvirt(t, k))
	l := startLibvirt(t, k)
	seed := l.seed()
	last := read(t, tray(2*maxTexts-1), 3, 7)
	if len(seed.Guests) != 1 || seed.Guests[0].Hash == last.Hash {
		t.Fatalf("seed %+v", seed)
	}
	must(t, l.take(libvirt.Changed{Guest: last, Span: span(50, 51), Was: "running", XML: tray(2*maxTexts - 1)}))
	if o := k.one(fact.Changed); o.From != second(10).UnixMilli() || o.Definition == "" {
		t.Errorf("changed %+v", o)
	}
}

// Where nobody asked for libvirt, and there is none, that is no fact.
func TestLibvirtAbsent(t *testing.T) {
	k := newKeeper(t)
	all, err := NewLibvirt(k.base(), LibvirtOptions{RunDir: t.TempDir()})
	must(t, err)
	if len(all) != 2 {
		t.Fatalf("%d sources", len(all))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := all[1].Run(ctx, k.give); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	k.none("no libvirt")
	if s := all[1].Status(); !s.Absent || s.Up || s.Name != "libvirt lxc:///system" {
		t.Errorf("status %+v", s)
	}
	if _, err := NewLibvirt(k.base(), LibvirtOptions{URIs: []string{"xen:///system"}}); err == nil {
		t.Error("no error for a driver that isn't known")
	}
	if _, err := NewLibvirt(k.base(), LibvirtOptions{URIs: []string{"qemu:///system", "qemu:///system"}}); err == nil {
		t.Error("no error for a driver given twice")
	}
}

// What can't be committed ends the source.
func TestLibvirtNotTaken(t *testing.T) {
	k := newKeeper(t)
	all, err := NewLibvirt(k.base(), LibvirtOptions{URIs: []string{"qemu:///system?socket=" + filepath.Join(t.TempDir(), "none")}})
	must(t, err)
	full := errors.New("disk full")
	if err := all[0].Run(t.Context(), func(Report) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
	if s := all[0].Status(); s.Up || s.Why != full.Error() || s.Since.IsZero() {
		t.Errorf("status %+v", s)
	}
}
