package qmp

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is lost is counted where it would have stood.
func TestQueueLoses(t *testing.T) {
	big := json.RawMessage(strings.Repeat("x", maxEventBytes-100))
	q := newQueue()
	for _, e := range []Event{
		{Name: "A", Data: big},
		{Name: "B", Data: big},
		{Name: "C", Data: big},
		{Name: "D"},
		{Name: "E", Data: big},
	} {
		q.add(e)
	}
	var got []string
	for _, e := range q.take() {
		got = append(got, e.Name+strings.Repeat("!", e.Lost))
	}
	if want := "A !! D !"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %s", got, want)
	}
	q.add(Event{Name: "F", Data: big})
	if e := q.take(); len(e) != 1 || e[0].Name != "F" {
		t.Errorf("after it was emptied: %d events", len(e))
	}
}

// However many events alternate between room and none, their number is bounded.
func TestQueueIsBounded(t *testing.T) {
	q := newQueue()
	big := json.RawMessage(strings.Repeat("x", maxEventBytes+1))
	for range 10 * maxEvents {
		q.add(Event{Name: "A", Data: big})
		q.add(Event{Name: "B"})
	}
	total := 0
	events := q.take()
	for _, e := range events {
		total += max(1, e.Lost)
	}
	if len(events) > maxEvents+1 || total != 20*maxEvents {
		t.Errorf("%d items for %d events", len(events), total)
	}
}
