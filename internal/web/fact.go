package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A factJSON is a fact verbatim, and what it says in a form that can be read.
type factJSON struct {
	Seq         uint64          `json:"seq"`
	Kind        string          `json:"kind"`
	Node        Text            `json:"node"`
	Source      Text            `json:"source"`
	At          *moment         `json:"at"`
	Settled     bool            `json:"settled"`
	Text        Text            `json:"text"`
	TextHex     string          `json:"text_hex,omitempty"`
	Line        Text            `json:"line,omitempty"`
	Record      *recordJSON     `json:"record,omitempty"`
	Observation json.RawMessage `json:"observation,omitempty"`
	Problem     Text            `json:"problem,omitempty"`
}

type recordJSON struct {
	Type   string      `json:"type"`
	Kind   *string     `json:"kind"`
	Doc    string      `json:"doc,omitempty"`
	Result *string     `json:"result"`
	Marks  []string    `json:"marks"`
	Fields []fieldJSON `json:"fields"`
}

type fieldJSON struct {
	Part     string `json:"part"`
	Name     Text   `json:"name"`
	Raw      Text   `json:"raw"`
	RawHex   string `json:"raw_hex,omitempty"`
	Value    any    `json:"value"`
	ValueHex string `json:"value_hex,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Doc      string `json:"doc,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Partial  bool   `json:"partial,omitempty"`
}

func factOf(f *fact.Fact) factJSON {
	o := factJSON{
		Seq: f.Seq, Kind: f.Kind.String(), Node: Text(f.Node), Source: Text(f.Source),
		At: momentOf(f.Stamp), Settled: f.Settled, Text: Text(f.Text), TextHex: hexOf(f.Text),
	}
	switch {
	case f.Kind == fact.Record:
		o.Line = Text(f.Line())
		var r record.Record
		if err := f.ParseRecord(&r); err != nil {
			o.Problem = Text(err.Error())
			break
		}
		o.Record = recordOf(&r)
	case json.Valid(f.Text) && strings.HasPrefix(string(f.Text), "{"):
		o.Observation = json.RawMessage(strings.ToValidUTF8(string(f.Text), "\ufffd"))
	default:
		o.Problem = "the text is no JSON object"
	}
	return o
}

// parts are the sections of a record in the order in which they are written.
var parts = []struct {
	section record.Section
	name    string
}{
	{record.Kernel, "kernel"},
	{record.Message, "message"},
	{record.Libaudit, "libaudit"},
	{record.Auditd, "auditd"},
}

func recordOf(r *record.Record) *recordJSON {
	o := &recordJSON{Type: r.TypeName(), Result: resultOf(r.Result), Marks: r.Marks.Names(), Fields: []fieldJSON{}}
	if o.Marks == nil {
		o.Marks = []string{}
	}
	if r.Kind != nil {
		o.Kind, o.Doc = &r.Kind.Name, r.Kind.Doc
	}
	for _, part := range parts {
		for _, f := range r.Fields(part.section) {
			o.Fields = append(o.Fields, fieldOf(part.name, f))
		}
	}
	return o
}

func fieldOf(part string, f record.Field) fieldJSON {
	o := fieldJSON{
		Part: part, Name: Text(f.Name()), Raw: Text(f.Raw()), RawHex: hexOf(f.Raw()),
		Encoding: f.Encoding().String(), Partial: f.Partial(),
	}
	if spec := f.Spec(); spec != nil {
		o.Doc, o.Unit = spec.Doc, spec.Unit
	}
	if f.Missing() {
		return o
	}
	if e := f.Encoding(); e == record.Integer || e == record.HexInteger {
		if n, ok := f.Uint(); ok && n < 1<<53 { // what a client's numbers hold
			o.Value = n
			return o
		}
	}
	value := f.String()
	o.Value, o.ValueHex = Text(value), hexOf([]byte(value))
	return o
}

// hexOf gives all bytes of what isn't UTF-8, and "" for what is.
func hexOf(b []byte) string {
	if utf8.Valid(b) {
		return ""
	}
	return hex.EncodeToString(b)
}

func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

func (s *Server) fact(r *request) (*answer, error) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 63)
	if err != nil {
		return nil, badParameter("seq", "%.80q is no fact's number", r.PathValue("seq"))
	}
	f, err := s.config.Store.Fact(r.Context(), seq)
	if err != nil {
		return nil, orNotFound(err, "there is no fact %d, or no more", seq)
	}
	a, err := asJSON(factOf(f))
	if err == nil {
		a.etag = etagOf(a.body)
	}
	return a, err
}

type factsJSON struct {
	Items     []factJSON `json:"items"`
	NextAfter *uint64    `json:"next_after"`
	// LeftOut is how many facts of an event are beyond the limit.
	LeftOut int `json:"left_out"`
}

// facts lists the records of an audit event, or facts in their order.
func (s *Server) facts(r *request) (*answer, error) {
	limit, err := r.limit()
	if err != nil {
		return nil, err
	}
	node, err := r.text("node")
	if err != nil {
		return nil, err
	}
	after, err := r.integer("after", 0, 0, 1<<62)
	if err != nil {
		return nil, err
	}
	if !r.has("event") {
		return s.factsAfter(r, uint64(after), node, limit)
	}
	if r.has("after") {
		return nil, badParameter("after", "it doesn't go together with event")
	}
	stamp, err := parseStamp(r.query.Get("event"))
	if err != nil {
		return nil, badParameter("event", "%v", err)
	}
	found, err := s.config.Store.FactsAt(r.Context(), node, stamp)
	if err != nil {
		return nil, err
	}
	o := factsJSON{Items: []factJSON{}, LeftOut: max(0, len(found)-limit)}
	for _, f := range found[:len(found)-o.LeftOut] {
		o.Items = append(o.Items, factOf(f))
	}
	return asJSON(o)
}

// maxFactsRead is how many facts are read to find those of a node.
const maxFactsRead = 10_000

func (s *Server) factsAfter(r *request, after uint64, node string, limit int) (*answer, error) {
	o := factsJSON{Items: []factJSON{}}
	read, size := 0, 0
	for f, err := range s.config.Store.Facts(r.Context(), after+1) {
		if err != nil {
			return nil, err
		}
		if len(o.Items) == limit || read == maxFactsRead || size > maxFactBytes {
			o.NextAfter = &after
			break
		}
		read++
		after = f.Seq
		if node == "" || f.Node == node {
			o.Items = append(o.Items, factOf(f))
			size += len(f.Text)
		}
	}
	return asJSON(o)
}

// maxFactBytes is from how much text on a page of facts is full: definitions
// are long.
const maxFactBytes = 4 << 20

// parseStamp reads SECONDS.MILLIS:SERIAL.
func parseStamp(text string) (record.Stamp, error) {
	seconds, rest, ok := strings.Cut(text, ".")
	millis, serial, colon := strings.Cut(rest, ":")
	s, errS := strconv.ParseInt(seconds, 10, 64)
	ms, errMS := strconv.ParseUint(millis, 10, 16)
	n, errN := strconv.ParseUint(serial, 10, 64)
	if !ok || !colon || len(millis) != 3 || errS != nil || errMS != nil || errN != nil || s < 0 || s > maxMillis/1000 {
		return record.Stamp{}, fmt.Errorf("%.80q is not SECONDS.MILLIS:SERIAL", text)
	}
	return record.Stamp{Millis: s*1000 + int64(ms), Serial: n}, nil
}
