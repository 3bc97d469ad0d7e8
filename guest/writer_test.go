package guest

import (
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// values that a field can be given by encoding, plain and otherwise.
var samples = map[record.Encoding][]value{
	record.Encoded:      {missing, text(""), text("/plain"), text("two words"), text(`qu"ote`), text("ABCD"), text("?"), text("caf\xc3\xa9")},
	record.Raw:          {missing, text(""), text("/plain"), text("two words"), text(`qu"ote`), text("ABCD"), text("2F6120"), text("caf\xc3\xa9"), shm(""), shm("cache"), shm("two words")},
	record.Word:         {missing, text("plain"), word("plain")},
	record.Integer:      {number(0), number(42), number(1<<64 - 1)},
	record.HexInteger:   {number(0), number(136), number(1<<32 - 1)},
	record.DeviceNumber: {missing, DeviceNumber{Major: 10, Minor: 200}.value(), DeviceNumber{Major: 1 << 20, Minor: 3}.value()},
}

func shm(name string) value { return value{text: name, form: formShm} }

// TestSameAsRecord writes every kind's records in the writer's way and in
// package record's: field by field, with every sort of value.
func TestSameAsRecord(t *testing.T) {
	for _, k := range everyKind(t) {
		for n := range 11 {
			values, want := k.sample(t, n)
			w := writer{virt: []byte("kvm"), vm: []byte(`"a"`), uuid: []byte(qcowTest.UUID)}
			w.put(k, word("start"), values)
			if got := string(w.messages[0].Text); got != want {
				t.Errorf("%s:\n got %s\nwant %s", k.Name, got, want)
			}
			if len(w.warnings) > 0 {
				t.Errorf("%s: warned %q", k.Name, w.warnings)
			}
		}
	}
}

// sample gives the kind's values of that number, and the text that package
// record makes of them.
func (k *kind) sample(t *testing.T, n int) (values []value, text string) {
	t.Helper()
	var r record.Record
	r.Begin(k.Kind)
	for i := range k.Fields {
		f := &k.Fields[i]
		var v value
		switch {
		case f.Const != "":
			continue
		case f.Name == "virt":
			v = word("kvm")
		case f.Name == "vm":
			v = word("a")
		case f.Name == "uuid":
			v = word(qcowTest.UUID)
		case f.Name == "reason":
			v = word("start")
		default:
			all := samples[f.Encoding]
			v = all[(n+i)%len(all)]
			values = append(values, v)
		}
		set(t, &r, f.Name, v)
	}
	return values, string(r.AppendMessage(nil))
}

func set(t *testing.T, r *record.Record, name string, v value) {
	t.Helper()
	var err error
	switch v.form {
	case formNumber:
		err = r.SetUint(name, v.number)
	case formText, formWord:
		err = r.Set(name, v.text)
	case formShm:
		err = r.Set(name, shmDir+v.text)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// everyKind gives the kinds of the catalogue that guests have: all but Docker's.
func everyKind(t *testing.T) []*kind {
	t.Helper()
	var all []*kind
	for _, k := range record.Kinds() {
		if k.Name != "control-docker" {
			all = append(all, row(k.Name, whole))
		}
	}
	return all
}
