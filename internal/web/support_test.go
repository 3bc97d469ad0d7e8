package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

const (
	testNode  = "kvm1"
	testToken = "t0ken-of-the-test"
	// hostile is a name as no guest should have one.
	hostile = `<img src=x onerror=alert(1)>`
)

// testNow is a minute behind the demo log's end.
var testNow = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// demo keeps the shipped log of real guests, with one of a hostile name and one
// whose resource isn't UTF-8, and observations of db1.
func demo(t *testing.T) *store.Store {
	t.Helper()
	log, err := os.ReadFile("../../testdata/demo/audit.log")
	if err != nil {
		t.Fatal(err)
	}
	return storeOf(t, string(log)+hostileLog, observations(t))
}

const hostileUUID = "11111111-2222-4333-8444-555555555555"

var hostileLog = vmRecord(1, "VIRT_RESOURCE", hostile, hostileUUID, fmt.Sprintf(`resrc=disk reason=start VM old-disk="?" new-disk=%X`, "/d\xff/=1")) +
	vmRecord(2, "VIRT_RESOURCE", hostile, hostileUUID, `resrc=rng reason=start VM old-rng="?" new-rng="/dev/hwrng"`) +
	vmRecord(3, "VIRT_CONTROL", hostile, hostileUUID, "op=start reason=booted VM vm-pid=4242") +
	vmRecord(4, "VIRT_RESOURCE", hostile, hostileUUID, `resrc=rng reason=attach VM old-rng="?" new-rng="/dev/hwrng"`)

// vmRecord is the n-th record of libvirt's in the demo log's last minute; VM
// stands for the guest.
func vmRecord(n int, kind, guest, uuid, message string) string {
	vm := fmt.Sprintf("vm=%X uuid=%s", guest, uuid)
	return fmt.Sprintf(`type=%s msg=audit(1795395560.%03d:%d): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm %s exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`+"\n",
		kind, n, 900000+n, strings.Replace(message, "VM", vm, 1))
}

const db1 = "db1"

// observations are two of db1's definition, with an RNG that the first hasn't.
func observations(t *testing.T) []fact.Observed {
	t.Helper()
	xml, err := os.ReadFile("../../testdata/demo/xml/db1.xml")
	if err != nil {
		t.Fatal(err)
	}
	first := fact.Observed{
		Witness: fact.Libvirt, What: fact.Seen, Name: db1, Virt: "qemu", To: 1795395240000, State: "running",
		Has: []fact.Thing{{Kind: "disk", ID: "/var/lib/libvirt/images/db1.qcow2"}}, Definition: string(xml),
	}
	then := first
	then.What, then.From, then.To = fact.Changed, 1795395240000, 1795395330000
	then.Has = append(then.Has[:1:1], fact.Thing{
		Kind: "rng", ID: "tcp:192.0.2.7:1234", Silent: true, Detail: map[string]string{"backend": "egd", "rate": "1024/1000ms", "model": "virtio"},
	})
	then.Definition = strings.Replace(string(xml), "</devices>", "<rng model='virtio'><backend model='egd' type='tcp'/></rng></devices>", 1)
	return []fact.Observed{first, then}
}

// storeOf keeps a log and observations, and the trail of the log.
func storeOf(t *testing.T, log string, seen []fact.Observed) *store.Store {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "trail.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	facts, d := deriveLog(t, log)
	for _, o := range seen {
		for _, s := range d.Sessions {
			if s.Name == o.Name {
				o.UUID = s.UUID
			}
		}
		facts = append(facts, fact.Fact{
			Kind: fact.Observation, Node: testNode, Source: "libvirt qemu:///system",
			Stamp: record.Stamp{Millis: o.To}, Text: fact.Encode(o),
		})
	}
	for i := range facts {
		facts[i].Seq = uint64(i + 1)
	}
	if err := st.Commit(t.Context(), &store.Batch{Facts: facts, Delta: d}); err != nil {
		t.Fatal(err)
	}
	return st
}

// deriveLog gives the records of a log as facts, and their trail, by the facts'
// numbers.
func deriveLog(t *testing.T, log string) ([]fact.Fact, *trail.Delta) {
	t.Helper()
	var kept trail.Collector
	tr := trail.New(kept.Session)
	tr.KeepEvents()
	var facts []fact.Fact
	seqs := map[trail.Moment]uint64{}
	for line := range strings.Lines(log) {
		var r record.Record
		if err := r.Parse([]byte(strings.TrimSuffix(line, "\n"))); err != nil {
			continue
		}
		f := fact.OfRecord(testNode, "file", &r)
		facts = append(facts, f)
		if seqs[f.Stamp] == 0 {
			seqs[f.Stamp] = uint64(len(facts))
		}
		tr.Add(testNode, &r)
	}
	tr.End()
	d := &trail.Delta{Sessions: kept.Sessions(), Unwatched: tr.Unwatched(), LastSeen: tr.LastSeen()}
	for _, s := range d.Sessions {
		s.ID = seqs[s.First]
	}
	nth := map[uint64]int{}
	for _, ev := range tr.Events() {
		ev.Fact = seqs[ev.At]
		ev.Nth = nth[ev.Fact]
		nth[ev.Fact]++
		if s := ev.Session(); s != nil {
			ev.SessionID = s.ID
		}
		d.Events = append(d.Events, ev)
	}
	d.Findings = trail.Findings(d.Events, d.Sessions, d.Unwatched)
	for i, f := range d.Findings {
		f.ID = fmt.Sprintf("f%d/%s", i, f.Kind)
		if f.Session != nil {
			f.SessionID = f.Session.ID
		}
		for _, o := range f.Others {
			f.OtherIDs = append(f.OtherIDs, o.ID)
		}
	}
	return facts, d
}

// testConfig is that of a service that is well.
func testConfig(st Store) Config {
	return Config{
		Store: st, Token: testToken, Now: func() time.Time { return testNow },
		Log: slog.New(slog.DiscardHandler),
		Status: func() Status {
			return Status{
				Version: "v1.2.3", Node: testNode, Started: testNow.Add(-time.Hour), Warnings: []string{"no \xff"},
				Sources: []Source{
					{Name: "/var/log/audit/audit.log", Witness: fact.Log, State: Up, Since: testNow, Seen: testNow, Lag: time.Second, Records: 464},
					{Name: "proc", Witness: fact.Proc, State: Missing, Lag: -1, Problem: "CAP_SYS_PTRACE is missing"},
				},
				Store: StoreStatus{Path: "/var/lib/virtaudit/trail.db", Bytes: 4096, Facts: 464, Schema: 1, Newest: testNow},
			}
		},
		Page: fstest.MapFS{"index.html": {Data: []byte("<!doctype html>the page")}, "app.js": {Data: []byte("let x = 1")}},
	}
}

func newServer(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Shutdown(t.Context()); err != nil {
			t.Log(err) // the context is done by then
		}
	})
	return s
}

// get asks as over the unix socket.
func get(s *Server, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.newHTTP(true).Handler.ServeHTTP(w, r.WithContext(s.newHTTP(true).ConnContext(r.Context(), nil)))
	return w
}

// decode reads an answer that must be good.
func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}

// object is an answer whose form is tested elsewhere.
type object = map[string]any

func ask(t *testing.T, s *Server, target string) object {
	t.Helper()
	return decode[object](t, get(s, target))
}

func items(o object) []object {
	var all []object
	for _, item := range o["items"].([]any) {
		all = append(all, item.(object))
	}
	return all
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text writes an object with its keys in order.
func text(o object) string {
	b, err := json.Marshal(o)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// heldOf is a holding of a session that holds nothing else.
func heldOf(kind, id string) *store.Held {
	at := trail.Moment{Millis: 1000, Serial: 1}
	return &store.Held{
		Session: &trail.Session{ID: 1, Node: testNode, UUID: "u", Name: "g", First: at, Start: at},
		Holding: trail.Holding{Kind: kind, ID: id, From: at},
	}
}
