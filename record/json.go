package record

import (
	"encoding/hex"
	"encoding/json"
	"unicode/utf8"
)

// jsonRecord is a Record's JSON form.
type jsonRecord struct {
	Type     string      `json:"type"`
	Node     string      `json:"node,omitempty"`
	Time     string      `json:"time"`
	Event    string      `json:"event"`
	Kind     string      `json:"kind,omitempty"`
	Sender   []jsonField `json:"sender,omitempty"`
	Fields   []jsonField `json:"fields"`
	Libaudit []jsonField `json:"libaudit,omitempty"`
	Auditd   []jsonField `json:"auditd,omitempty"`
	Result   string      `json:"result"`
	Marks    []string    `json:"marks,omitempty"`
}

// jsonField is one field. The value is null where it is missing; what isn't
// UTF-8 stands in hex beside it, whole.
type jsonField struct {
	Name    string `json:"name,omitempty"`
	Value   any    `json:"value"`
	Hex     string `json:"hex,omitempty"`
	Partial bool   `json:"partial,omitempty"`
}

// MarshalJSON gives the record decoded: type, node, time (RFC 3339, UTC),
// event (SECONDS.MILLIS:SERIAL), kind, the fields of each section in order
// with typed values, result and marks.
func (r Record) MarshalJSON() ([]byte, error) {
	return json.Marshal(jsonRecord{
		Type: r.TypeName(), Node: r.Node(),
		Time:  r.Stamp.Time().Format("2006-01-02T15:04:05.000Z"),
		Event: r.Stamp.String(), Kind: r.kindOrNone(),
		Sender: jsonFields(r.Fields(Kernel)), Fields: jsonFields(r.Fields(Message)),
		Libaudit: jsonFields(r.Fields(Libaudit)), Auditd: jsonFields(r.Fields(Auditd)),
		Result: r.Result.String(), Marks: r.Marks.Names(),
	})
}

func (r *Record) kindOrNone() string {
	if r.Kind == nil {
		return ""
	}
	return r.Kind.Name
}

func jsonFields(fields []Field) []jsonField {
	out := make([]jsonField, 0, len(fields))
	for _, f := range fields {
		out = append(out, jsonOf(f))
	}
	return out
}

func jsonOf(f Field) jsonField {
	j := jsonField{Name: f.Name(), Partial: f.Partial()}
	if f.Missing() {
		return j
	}
	if e := f.Encoding(); e == Integer || e == HexInteger {
		if n, ok := f.Uint(); ok {
			j.Value = n
			return j
		}
	}
	value := f.String()
	if !utf8.ValidString(value) {
		j.Hex = hex.EncodeToString([]byte(value))
	}
	j.Value = value
	return j
}
