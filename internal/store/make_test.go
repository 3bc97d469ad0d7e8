package store

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// maker makes what a trail could hold, every exported field of it by chance.
type maker struct{ rnd *rand.Rand }

func newMaker(seed uint64) maker { return maker{rand.New(rand.NewPCG(seed, 1))} }

// fill sets all exported fields below v, a pointer.
func (m maker) fill(v any) { m.value(reflect.ValueOf(v).Elem()) }

func (m maker) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(m.text())
	case reflect.Bool:
		v.SetBool(m.rnd.IntN(2) == 1)
	case reflect.Int, reflect.Int64:
		v.SetInt(1 + m.rnd.Int64N(1<<41))
	case reflect.Uint64:
		v.SetUint(m.rnd.Uint64())
	case reflect.Uint32:
		v.SetUint(uint64(m.rnd.Uint32()))
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(1 + m.rnd.IntN(3)))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				m.value(v.Field(i))
			}
		}
	case reflect.Slice:
		n := 1 + m.rnd.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			m.value(v.Index(i))
		}
	case reflect.Pointer:
		if v.Type().Elem() == reflect.TypeFor[trail.Sender]() {
			v.Set(reflect.New(v.Type().Elem()))
			m.value(v.Elem())
		}
	default:
		panic("no values of " + v.Type().String())
	}
}

// texts are hard for files and queries.
var texts = []string{"", "a", "/dev/urandom", "ABC", "it's; \"x\" --", "\xff\xfe", "nul\x00behind", "ü", "%_", " "}

func (m maker) text() string { return texts[m.rnd.IntN(len(texts))] }

var witnesses = []fact.Witness{fact.Libvirt, fact.QMP, fact.Proc}

// also makes witnesses of a holding: words, as they all are.
func (m maker) also(h *trail.Holding) {
	h.Also = append([]fact.Witness(nil), witnesses[:m.rnd.IntN(len(witnesses)+1)]...)
}

func (m maker) session(id uint64) *trail.Session {
	var s trail.Session
	m.fill(&s)
	s.ID = id
	for i := range s.Holdings {
		m.also(&s.Holdings[i])
	}
	return &s
}

func (m maker) event(seq uint64, nth int) *trail.Event {
	var ev trail.Event
	m.fill(&ev)
	ev.Fact, ev.Nth = seq, nth
	return &ev
}

func (m maker) finding(id string) *trail.Finding {
	var n trail.Finding
	m.fill(&n)
	n.ID, n.Session, n.Others = id, nil, nil
	return &n
}

// writeDelta commits what a test made.
func writeDelta(t testing.TB, s *Store, d *trail.Delta) {
	t.Helper()
	commit(t, s, &Batch{Delta: d})
}

// exported gives what other packages see of a value: a copy without the fields
// that aren't exported.
func exported[T any](v *T) *T {
	var out T
	from, to := reflect.ValueOf(v).Elem(), reflect.ValueOf(&out).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).IsExported() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return &out
}
