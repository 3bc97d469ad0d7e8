package demo

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// maxLine and maxFacts bound what is read of a file.
const maxLine, maxFacts = 1 << 20, 1 << 20

// line is a fact in a file.
type line struct {
	Kind    string `json:"kind"`
	Type    string `json:"type,omitempty"`
	Node    string `json:"node"`
	Source  string `json:"source"`
	Millis  int64  `json:"ms"`
	Serial  uint64 `json:"serial,omitempty"`
	Settled bool   `json:"settled,omitempty"`
	Text    string `json:"text"`
}

var kinds = map[string]fact.Kind{
	fact.Record.String(): fact.Record, fact.Observation.String(): fact.Observation,
	fact.Watch.String(): fact.Watch, fact.Tick.String(): fact.Tick, fact.Intent.String(): fact.Intent,
}

// Decode reads facts as Encode writes them. After an error it gives no more.
func Decode(r io.Reader) iter.Seq2[fact.Fact, error] {
	return func(yield func(fact.Fact, error) bool) {
		n := 0
		err := decode(r, func(text []byte) (bool, error) {
			if n++; n > maxFacts {
				return false, fmt.Errorf("fact %d: more than %d are too many", n, maxFacts)
			}
			f, err := decodeLine(text)
			if err != nil {
				return false, fmt.Errorf("fact %d: %w", n, err)
			}
			return yield(f, nil), nil
		})
		if err != nil {
			yield(fact.Fact{}, err)
		}
	}
}

// decode gives each line to take, until that wants no more.
func decode(r io.Reader, take func([]byte) (more bool, err error)) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if more, err := take(lines.Bytes()); err != nil || !more {
			return err
		}
	}
	return lines.Err()
}

func decodeLine(text []byte) (fact.Fact, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return fact.Fact{}, err
	}
	f := fact.Fact{
		Kind: kinds[l.Kind], Node: l.Node, Source: l.Source,
		Stamp: record.Stamp{Millis: l.Millis, Serial: l.Serial}, Settled: l.Settled, Text: []byte(l.Text),
	}
	if f.Kind == 0 {
		return f, fmt.Errorf("there is no kind %.40q", l.Kind)
	}
	var ok bool
	if f.Type, ok = record.ParseType(l.Type); !ok && f.Kind == fact.Record {
		return f, fmt.Errorf("there is no type %.40q", l.Type)
	}
	return f, nil
}

// Encode writes facts for Decode. The same facts give the same bytes.
func Encode(w io.Writer, facts iter.Seq2[*fact.Fact, error]) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(z)
	lines.SetEscapeHTML(false)
	for f, err := range facts {
		if err != nil {
			return err
		}
		if !utf8.Valid(f.Text) {
			return errors.Join(fmt.Errorf("fact %d: its text is no UTF-8: %q", f.Seq, f.Text), z.Close())
		}
		if err := lines.Encode(lineOf(f)); err != nil {
			return fmt.Errorf("fact %d: %w", f.Seq, err)
		}
	}
	return z.Close()
}

func lineOf(f *fact.Fact) line {
	l := line{
		Kind: f.Kind.String(), Node: f.Node, Source: f.Source,
		Millis: f.Stamp.Millis, Serial: f.Stamp.Serial, Settled: f.Settled, Text: string(f.Text),
	}
	if f.Kind == fact.Record {
		l.Type = f.Type.String()
	}
	return l
}
