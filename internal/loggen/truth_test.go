package loggen

import (
	"encoding/json"
	"testing"
)

// The clock may step back: first and last are the earliest and the latest.
func TestTallyKeepsTheEarliestAndTheLatest(t *testing.T) {
	tally := newTally(nil)
	for _, millis := range []int64{1_793_000_002_000, 1_793_000_003_005, 1_793_000_001_000, 1_793_000_002_500} {
		tally.record(&record{typ: "AVC"}, millis)
	}
	got := tally.truth(newOutput(discard{}))
	if got.First != "2026-10-26T07:33:21.000Z" || got.Last != "2026-10-26T07:33:23.005Z" {
		t.Errorf("from %s to %s", got.First, got.Last)
	}
}

// The names in the JSON are a contract with the reader of logs.
func TestTruthAsJSON(t *testing.T) {
	got, err := json.Marshal(newTally(nil).truth(newOutput(discard{})))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"bytes":0,"lines":0,"records":{},"resources":{},"failed_resources":{},"starts":0,"failed_starts":0,` +
		`"stops":0,"stops_without_start":0,"inits":0,"sessions":{"closed":0,"running":0,"lost":0,"failed":0},` +
		`"failed_operations":0,"guest_avcs":0,"guest_anomalies":0,"first":"","last":""}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
