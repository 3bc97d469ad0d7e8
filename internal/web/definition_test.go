package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
)

func TestDefinitions(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	rows := items(ask(t, s, "/api/v1/guests/db1/definitions"))
	if len(rows) != 2 {
		t.Fatalf("%d definitions", len(rows))
	}
	if got := text(object{"": rows[1]["things"]}); !strings.Contains(got, `"before":null`) || !strings.Contains(got, "tcp:192.0.2.7:1234") {
		t.Errorf("things: %s", got)
	}
	if got := text(object{"": rows[1]["changes"]}); got !=
		`{"":[{"after":"virtio","before":null,"path":"devices/rng@model"},{"after":"egd","before":null,"path":"devices/rng/backend@model"},{"after":"tcp","before":null,"path":"devices/rng/backend@type"}]}` {
		t.Errorf("changes: %s", got)
	}
	// What is compared with isn't in the window.
	last := items(ask(t, s, "/api/v1/guests/db1/definitions?from=2026-11-23T00:55:00Z"))
	if len(last) != 1 || text(last[0]) != text(rows[1]) {
		t.Errorf("the last alone: %v", last)
	}
}

func TestDefinitionAt(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for at, want := range map[string]float64{"00:54:00": 469, "00:55:29": 469, "00:55:30": 470, "00:59:00": 470} {
		if o := ask(t, s, "/api/v1/guests/db1/definition?at=2026-11-23T"+at+"Z"); o["fact"] != want {
			t.Errorf("at %s it is fact %v", at, o["fact"])
		}
	}
	for _, target := range []string{"/api/v1/guests/db1/definition?at=0", "/api/v1/guests/web1/definition"} {
		if w := get(s, target); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}

// TestUnchangedUntil: a definition is known to be unchanged up to the last look
// before another was seen; the last one, up to when its source began to look at
// all guests last; none beyond the run's end.
func TestUnchangedUntil(t *testing.T) {
	second := func(s int64) int64 { return 1795395330_000 + s*1000 } // since db1's second definition
	const stopped = 1795395537_629
	for _, c := range []struct {
		at     string
		looked int64
		source string
		want   int64
	}{
		{"00:54:00", second(10), "libvirt qemu:///system", second(-90)},
		{"00:56:00", 0, "libvirt qemu:///system", second(0)},
		{"00:56:00", second(10), "libvirt qemu:///system", second(10)},
		{"00:56:00", second(-10), "libvirt qemu:///system", second(0)},
		{"00:56:00", second(10), "libvirt lxc:///", second(0)},
		{"00:56:00", second(86400), "libvirt qemu:///system", stopped},
	} {
		config := testConfig(demo(t))
		of := config.Status
		config.Status = func() Status {
			st := of()
			src := Source{Name: c.source, Witness: fact.Libvirt, State: Up}
			if c.looked != 0 {
				src.Looked = time.UnixMilli(c.looked)
			}
			st.Sources = append(st.Sources, src)
			return st
		}
		s := newServer(t, config)
		got := ask(t, s, "/api/v1/guests/db1/definition?at=2026-11-23T"+c.at+"Z")["unchanged_until"].(object)["ms"]
		if got != float64(c.want) {
			t.Errorf("%+v: unchanged until %v", c, got)
		}
		for _, w := range ask(t, s, "/api/v1/guests/db1/witnesses?at=2026-11-23T"+c.at+"Z")["witnesses"].([]any) {
			if got := w.(object)["unchanged_until"].(object)["ms"]; got != float64(c.want) {
				t.Errorf("%+v: the view is unchanged until %v", c, got)
			}
		}
	}
}

// TestWitnessesBeforeASight: what libvirt has no record for is known by the
// observation that showed it, also at a moment before that.
func TestWitnessesBeforeASight(t *testing.T) {
	h := heldOf("rng", "builtin")
	h.By = fact.Libvirt
	shown := &seen{Observed: fact.Observed{Has: []fact.Thing{{Kind: "rng", ID: "builtin", Silent: true}}}}
	rows := compareWitnesses([]store.Held{*h}, nil, map[fact.Witness]*seen{fact.Libvirt: shown})
	if len(rows) != 1 || !rows[0].Agree || !rows[0].Silent {
		t.Errorf("a silent thing that one witness shows: %+v", rows)
	}
	if rows := compareWitnesses([]store.Held{*h}, nil, nil); rows[0].Agree {
		t.Errorf("a change without its record: %+v", rows)
	}
}

// TestWitnesses: the EGD that only the definition shows is silent, and the disks
// that both show agree.
func TestWitnesses(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	o := ask(t, s, "/api/v1/guests/db1/witnesses?at=2026-11-23T00:56:00Z")
	rows := map[string]object{}
	for _, r := range o["rows"].([]any) {
		rows[r.(object)["id"].(string)] = r.(object)
	}
	for id, want := range map[string]string{
		"tcp:192.0.2.7:1234":                `{"agree":true,"id":"tcp:192.0.2.7:1234","kind":"rng","says":{"libvirt":1},"silent":true}`,
		"/var/lib/libvirt/images/db1.qcow2": `{"agree":true,"id":"/var/lib/libvirt/images/db1.qcow2","kind":"disk","says":{"libvirt":1,"log":1}}`,
		"/run/egd.sock":                     `{"agree":false,"id":"/run/egd.sock","kind":"rng","says":{"libvirt":0,"log":1}}`,
	} {
		if got := text(rows[id]); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	if o := ask(t, s, "/api/v1/guests/db1/witnesses?at=2026-11-23T00:59:30Z"); len(o["rows"].([]any)) != 0 {
		t.Errorf("a guest that is stopped has %v", o["rows"])
	}
}

// TestDefinitionsWithoutThoseRemoved: retention may remove a fact between the
// question which there are and its reading.
func TestDefinitionsWithoutThoseRemoved(t *testing.T) {
	st := demo(t)
	facts, _, err := st.Definitions(t.Context(), store.Guest{Name: db1}, store.Page{})
	if err != nil || len(facts) != 2 {
		t.Fatalf("%v (%v), want 2 definitions", facts, err)
	}
	s := newServer(t, testConfig(&forgetfulStore{Store: st, gone: facts[0].Fact}))
	rows := items(ask(t, s, "/api/v1/guests/"+db1+"/definitions"))
	if len(rows) != 1 || rows[0]["fact"] != float64(facts[1].Fact) {
		t.Errorf("%v, want that of fact %d alone", rows, facts[1].Fact)
	}
	s = newServer(t, testConfig(&forgetfulStore{Store: st, gone: facts[1].Fact}))
	if w := get(s, "/api/v1/guests/"+db1+"/definition"); w.Code != http.StatusNotFound {
		t.Errorf("a definition that retention removed: %d: %s", w.Code, w.Body)
	}
	if w := get(s, "/api/v1/rng"); w.Code != http.StatusOK {
		t.Errorf("the rngs beside a definition that retention removed: %d: %s", w.Code, w.Body)
	}
}

// A forgetfulStore has one fact no more.
type forgetfulStore struct {
	Store
	gone uint64
}

func (f *forgetfulStore) Fact(ctx context.Context, seq uint64) (*fact.Fact, error) {
	if seq == f.gone {
		return nil, fmt.Errorf("fact %d: %w", seq, store.ErrNotFound)
	}
	return f.Store.Fact(ctx, seq)
}
