package demo

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

func some() []fact.Fact {
	return []fact.Fact{
		{
			Kind: fact.Record, Node: "demo", Source: "file", Type: record.VirtControl,
			Stamp: record.Stamp{Millis: 1700000000123, Serial: 7}, Settled: true, Text: []byte("audit(1700000000.123:7): <\x1d>"),
		},
		{
			Kind: fact.Observation, Node: "demo", Source: "libvirt qemu:///system",
			Stamp: record.Stamp{Millis: 1700000000456}, Text: fact.Encode(fact.Observed{Witness: fact.Libvirt, Name: "<é>\n"}),
		},
	}
}

func encoded(t *testing.T, facts []fact.Fact, after error) ([]byte, error) {
	t.Helper()
	var b bytes.Buffer
	err := Encode(&b, func(yield func(*fact.Fact, error) bool) {
		for i := range facts {
			if !yield(&facts[i], nil) {
				return
			}
		}
		if after != nil {
			yield(nil, after)
		}
	})
	return b.Bytes(), err
}

func all(facts iter.Seq2[fact.Fact, error]) (list []fact.Fact, err error) {
	for f, err := range facts {
		if err != nil {
			return list, err
		}
		list = append(list, f)
	}
	return list, nil
}

func TestEncodeDecode(t *testing.T) {
	text, err := encoded(t, some(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := encoded(t, some(), nil); !bytes.Equal(again, text) {
		t.Error("the same facts give other bytes")
	}
	back, err := all(Decode(bytes.NewReader(text)))
	if err != nil || !reflect.DeepEqual(back, some()) {
		t.Errorf("%v: %+v", err, back)
	}
	for range Decode(bytes.NewReader(text)) {
		break // who wants no more gets no more
	}
}

func TestEncodeRefuses(t *testing.T) {
	wrong := some()
	wrong[1].Text = []byte("\xff")
	if _, err := encoded(t, wrong, nil); err == nil {
		t.Error("bytes were changed silently")
	}
	broken := errors.New("broken")
	if _, err := encoded(t, some(), broken); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const good = `{"kind":"tick","node":"a","source":"log","ms":1,"text":"{}"}` + "\n"
	for _, tc := range []struct{ text, want string }{
		{good + "{", "fact 2: unexpected end of JSON input"},
		{good + `{"kind":"guess"}`, `fact 2: there is no kind "guess"`},
		{good + `{"kind":"record","type":"GUESS"}`, `fact 2: there is no type "GUESS"`},
		{good + strings.Repeat("x", maxLine+1), "token too long"},
	} {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := io.WriteString(z, tc.text); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		list, err := all(Decode(&b))
		if err == nil || !strings.Contains(err.Error(), tc.want) || len(list) != 1 {
			t.Errorf("%.40s: %d facts and %v, want %s", tc.text, len(list), err, tc.want)
		}
	}
	if _, err := all(Decode(strings.NewReader("no gzip"))); err == nil {
		t.Error("no error for what is no gzip")
	}
}
