package web

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// TestFactIsVerbatim: the text is what was said, and so are the fields, in order.
func TestFactIsVerbatim(t *testing.T) {
	st := demo(t)
	s := newServer(t, testConfig(st))
	for _, seq := range []string{"1", "70", "465"} {
		o := ask(t, s, "/api/v1/facts/"+seq)
		said := o["text"].(string)
		at := 0
		for _, f := range o["record"].(object)["fields"].([]any) {
			name, raw := f.(object)["name"].(string), f.(object)["raw"].(string)
			i := strings.Index(said[at:], name+"="+raw)
			if i < 0 {
				t.Fatalf("fact %s: %s=%s isn't behind %q", seq, name, raw, said[:at])
			}
			at += i
		}
	}
}

func TestFactOf(t *testing.T) {
	const line = "audit(1.000:1): pid=1 uid=0 auid=1 ses=1 msg='virt=kvm resrc=disk reason=start vm=\"g\" uuid=x old-disk=? new-disk=\"/a\xff\" exe=\"/x\" hostname=? addr=? terminal=? res=success'"
	o := factOf(&fact.Fact{Kind: fact.Record, Type: record.VirtResource, Text: []byte(line)})
	if o.TextHex != hex.EncodeToString([]byte(line)) || o.Record == nil || o.Problem != "" {
		t.Errorf("a record that isn't UTF-8: %+v", o)
	}
	for _, f := range o.Record.Fields {
		switch f.Name {
		case "new-disk":
			if f.ValueHex != "2f61ff" || f.RawHex != "222f61ff22" || f.Doc == "" {
				t.Errorf("a value that isn't UTF-8: %+v", f)
			}
		case "old-disk":
			if f.Value != nil {
				t.Errorf("a value that is missing: %+v", f)
			}
		}
	}
	for _, bad := range []fact.Fact{
		{Kind: fact.Record, Type: record.VirtResource, Text: []byte("nothing")},
		{Kind: fact.Observation, Text: []byte("{")},
		{Kind: fact.Observation, Text: []byte("[]")},
	} {
		if o := factOf(&bad); o.Problem == "" || o.Record != nil || o.Observation != nil {
			t.Errorf("%q: %+v", bad.Text, o)
		}
	}
}

func TestFactsOfAnEvent(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	of := items(ask(t, s, "/api/v1/facts?node=kvm1&event=1795395204.745:1292"))
	if len(of) != 1 || of[0]["at"].(object)["event"] != "1795395204.745:1292" {
		t.Errorf("the records of an event: %v", of)
	}
	if of := items(ask(t, s, "/api/v1/facts?node=other&event=1795395204.745:1292")); len(of) != 0 {
		t.Errorf("another node's: %v", of)
	}
	const three = "type=CWD msg=audit(1795395561.000:7): cwd=\"/\"\n"
	many := newServer(t, testConfig(storeOf(t, strings.Repeat(three, 3), nil)))
	for limit, left := range map[string]float64{"1": 2, "2": 1, "3": 0, "4": 0} {
		o := ask(t, many, "/api/v1/facts?event=1795395561.000:7&limit="+limit)
		if o["left_out"] != left || len(items(o)) != 3-int(left) {
			t.Errorf("of three facts, %s at the most: %d and %v left out", limit, len(items(o)), o["left_out"])
		}
	}
	seqs, after := 0, "0"
	for range 100 {
		o := ask(t, s, "/api/v1/facts?limit=50&after="+after)
		for _, f := range items(o) {
			if seqs++; int(f["seq"].(float64)) != seqs {
				t.Fatalf("fact %v at place %d", f["seq"], seqs)
			}
		}
		if o["next_after"] == nil {
			break
		}
		after = text(object{"": o["next_after"]})[4:]
		after = strings.TrimSuffix(after, "}")
	}
	if seqs != 470 {
		t.Errorf("%d facts", seqs)
	}
}

func FuzzParseStamp(f *testing.F) {
	f.Add("1795395204.745:1292")
	f.Add("9999999999999.999:18446744073709551615")
	f.Fuzz(func(t *testing.T, text string) {
		stamp, err := parseStamp(text)
		if err != nil {
			return
		}
		if again, err := parseStamp(stamp.String()); err != nil || again != stamp {
			t.Errorf("%q is %v, read as %v: %v", text, stamp, again, err)
		}
	})
}
