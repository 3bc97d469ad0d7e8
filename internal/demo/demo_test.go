package demo

import (
	"regexp"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// hostly is what would be of the host where the day was recorded.
var hostly = regexp.MustCompile(`/tmp/|/home/|/root/`)

// TestFacts: all facts can be read, are of one node, and of all witnesses.
func TestFacts(t *testing.T) {
	witnesses, guests := map[fact.Witness]int{}, map[string]bool{}
	facts, err := all(Facts())
	if err != nil {
		t.Fatal(err)
	}
	for i := range facts {
		f := &facts[i]
		if f.Node != "demo" || f.Source == "" || f.Stamp.Millis == 0 {
			t.Errorf("fact %d: %+v", i+1, f)
		}
		if found := hostly.Find(f.Text); found != nil {
			t.Errorf("fact %d has %s: %s", i+1, found, f.Text)
		}
		switch f.Kind {
		case fact.Record:
			var r record.Record
			if err := f.ParseRecord(&r); err != nil {
				t.Error(err)
			}
			witnesses[fact.Log]++
		case fact.Observation:
			var o fact.Observed
			if err := f.Decode(&o); err != nil {
				t.Error(err)
			}
			witnesses[o.Witness]++
			guests[o.Name] = true
		}
	}
	for _, w := range []fact.Witness{fact.Log, fact.Libvirt, fact.QMP, fact.Proc} {
		if witnesses[w] == 0 {
			t.Errorf("nothing is of %s", w)
		}
	}
	for _, name := range []string{"db1", "web1", "vault", "build7", "appliance", "keys1", "keys2"} {
		if !guests[name] {
			t.Errorf("nothing is of %s", name)
		}
	}
}

// TestNewest: no fact is later than the newest.
func TestNewest(t *testing.T) {
	newest, err := Newest()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := all(Facts())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i := range facts {
		if at := facts[i].Stamp.Millis; at > newest {
			t.Errorf("fact %d is of %d, and the newest of %d", i+1, at, newest)
		} else if at == newest {
			found = true
		}
	}
	if !found {
		t.Errorf("no fact is of %d", newest)
	}
}
