package record

// Encoding says how a field's value is written, and so how it is read.
type Encoding uint8

// The encodings. A missing value is "?" where the encoding is Encoded and a
// bare ? otherwise.
const (
	// Generic is a field the catalogue doesn't know: a quoted value is read
	// without its quotes, any other as it stands.
	Generic Encoding = iota
	// Encoded is audit_encode_nv_string's form: "value" or HEX.
	Encoded
	// Raw is a text that libvirt writes as it is. This package writes the same
	// bytes when they are plain and upper-case hex when they hold a space, a
	// quote or a control byte: the only deviation from libvirt.
	Raw
	// Word is a keyword or an address without spaces or quotes.
	Word
	// Integer is a decimal number.
	Integer
	// HexInteger is a number in upper-case hex of two or more digits.
	HexInteger
	// UUID is 36 characters, lower case, with dashes.
	UUID
	// DeviceNumber is a device's major and minor number, MM:mm in hex.
	DeviceNumber
)

var encodingNames = [...]string{
	"generic", "encoded", "raw", "word", "integer",
	"hex integer", "uuid", "device number",
}

func (e Encoding) String() string {
	if int(e) >= len(encodingNames) {
		return "unknown"
	}
	return encodingNames[e]
}

// A Spec is one field of a catalogue row.
type Spec struct {
	Name     string
	Encoding Encoding
	// Const is the value that makes a record one of this kind (op=start); it
	// is empty where the value is free.
	Const string
	// Unit is what an integer counts, where that isn't one.
	Unit string
	// Doc says what the value is.
	Doc string
}

// A Kind is one row of the catalogue: a kind of record, its fields in the
// order in which they are written.
type Kind struct {
	// Name is this package's name for the kind, as in docs/records.md.
	Name string
	Type Type
	// Fields are the sender's fields, in order.
	Fields []Spec
	// Reasons are the values that libvirt gives reason= (or op=, where the
	// row's op is free).
	Reasons []string
	// Doc says in one line what the record tells.
	Doc string

	// index is the row's place in the catalogue, from 1 on.
	index int
	// key names the field without which a record is not of this kind, for
	// rows that no constant tells apart.
	key string
}

// Resource gives the value of resrc= in records of this kind, or "".
func (k *Kind) Resource() string { return k.constant("resrc") }

// Op gives the value of op= in records of this kind, or "".
func (k *Kind) Op() string { return k.constant("op") }

func (k *Kind) constant(name string) string {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return k.Fields[i].Const
		}
	}
	return ""
}

// Index gives the row's place in what Kinds gives; -1 of nil, and of what is
// no row of the catalogue.
func (k *Kind) Index() int {
	if k == nil {
		return -1
	}
	return k.index - 1
}

// Kinds gives the catalogue's rows. The slice is the caller's, the rows are
// not to be changed.
func Kinds() []*Kind {
	rows := make([]*Kind, len(catalogue))
	for i := range catalogue {
		rows[i] = &catalogue[i]
	}
	return rows
}

// KindByName gives the row of that name, or nil. Rows are not to be changed.
func KindByName(name string) *Kind {
	for i := range catalogue {
		if catalogue[i].Name == name {
			return &catalogue[i]
		}
	}
	return nil
}

// family is all that is known of the records that share a type and an op or
// resrc, before it is certain which row a record is of.
type family struct {
	discriminator string // that of its rows
	rows          []row
	fields        []*Spec // of all rows, each name once
}

// row is a kind among those of its family.
type row struct {
	kind      *Kind
	has       uint64  // which of the family's fields it has, as bits
	constants []*Spec // those that tell it from the others
}

// spec finds a field by name, at the hint first, where fields come in order.
func (f *family) spec(name []byte, hint int) (*Spec, int) {
	if hint < len(f.fields) && f.fields[hint].Name == string(name) {
		return f.fields[hint], hint
	}
	for i, s := range f.fields {
		if s.Name == string(name) {
			return s, i
		}
	}
	return nil, hint
}

// next tells whether the field at the hint is the next one in a text, behind
// one blank or none, and gives the offsets of its name and value; 0 where not.
func (f *family) next(b []byte, at, hint int) (name, value int) {
	if hint >= len(f.fields) {
		return 0, 0
	}
	if b[at] == ' ' {
		at++
	}
	if want := f.fields[hint].Name; hasName(b[at:], want) {
		return at, at + len(want) + 1
	}
	return 0, 0
}

func (f *family) add(k *Kind) {
	row := row{kind: k}
	for i := range k.Fields {
		s, n := f.spec([]byte(k.Fields[i].Name), 0)
		if s == nil {
			n = len(f.fields)
			f.fields = append(f.fields, &k.Fields[i])
		}
		row.has |= 1 << n
		if s := &k.Fields[i]; s.Const != "" && s.Name != "op" && s.Name != "resrc" {
			row.constants = append(row.constants, s)
		}
	}
	f.rows = append(f.rows, row)
}

// firstVirt and virtTypes are the range of the VIRT types.
const firstVirt, virtTypes = 2500, 100

// discriminator is the value by which the rows of a type are told apart: that
// of op= or resrc=, "" where the type alone says it.
func (k *Kind) discriminator() string { return k.Op() + k.Resource() }

// families are those of one type. Most are alone in their bucket.
type families [32][]*family

// find gives the family of a discriminator, or nil.
func (fs *families) find(discriminator []byte) *family {
	for _, f := range fs[bucketOf(discriminator)] {
		if f.discriminator == string(discriminator) {
			return f
		}
	}
	return nil
}

func bucketOf(discriminator []byte) int {
	n := len(discriminator)
	if n < 2 {
		return 0
	}
	return (n + 3*int(discriminator[0]) + 5*int(discriminator[1])) % len(families{})
}

// add puts a kind into its family.
func (fs *families) add(k *Kind) {
	d := []byte(k.discriminator())
	f := fs.find(d)
	if f == nil {
		f = &family{discriminator: string(d)}
		n := bucketOf(d)
		fs[n] = append(fs[n], f)
	}
	f.add(k)
}

// byType has the families of each VIRT type, nil where there are none.
var byType = func() (types [virtTypes]*families) {
	for i := range catalogue {
		k := &catalogue[i]
		k.index = i + 1
		fs := &types[k.Type-firstVirt]
		if *fs == nil {
			*fs = &families{}
		}
		(*fs).add(k)
	}
	return types
}()

// unknownVirt knows the fields that every VIRT record may have, for records of
// a kind that has no row.
var unknownVirt = func() *family {
	f := &family{}
	f.add(&Kind{Fields: []Spec{
		virt,
		{Name: "op", Encoding: Word, Doc: "what was done"},
		{Name: "resrc", Encoding: Word, Doc: "the kind of resource"},
		reason, vm, uuid, vmPID,
	}})
	f.rows = nil
	return f
}()
