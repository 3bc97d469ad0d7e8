package kaudit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

// longMessage gives a message of a kind with this value wherever one can stand.
func longMessage(t *testing.T, kind *record.Kind, value string) kaudit.Message {
	t.Helper()
	var r record.Record
	r.Begin(kind)
	for _, f := range kind.Fields {
		if (f.Encoding == record.Encoded || f.Encoding == record.Raw) && f.Const == "" {
			if err := r.Set(f.Name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return kaudit.Message{Type: kind.Type, Result: record.Failed, Text: r.AppendMessage(nil)}
}

// A message of any kind that is too long can be shortened and sent, and is then
// a record of its kind that says what became of it.
func TestShortenKinds(t *testing.T) {
	for _, value := range []string{
		strings.Repeat("/srv/images", 900), strings.Repeat("/my images", 900), strings.Repeat("/日本", 1500), strings.Repeat("AB", 5000),
	} {
		for _, kind := range record.Kinds() {
			k := kaudittest.NewKernel()
			c := dial(t, k)
			m := longMessage(t, kind, value)
			long := new(kaudit.TooLongError)
			err := c.Send(t.Context(), m)
			if err == nil && len(m.Text) < len(value) {
				continue // a kind without free texts
			}
			if !errors.As(err, &long) {
				t.Fatalf("%s: %v", kind.Name, err)
			}
			short, err := kaudit.Shorten(m, long.Limit)
			if err != nil {
				t.Fatalf("%s: %v", kind.Name, err)
			}
			if err := c.Send(t.Context(), short); err != nil {
				t.Fatalf("%s: %v", kind.Name, err)
			}
			checkShortened(t, kind, value, k.Messages()[0])
		}
	}
}

func checkShortened(t *testing.T, kind *record.Kind, value string, m kaudit.Message) {
	t.Helper()
	if len(m.Text) < 8000 {
		t.Errorf("%s: only %d bytes are left", kind.Name, len(m.Text))
	}
	var r record.Record
	line := fmt.Sprintf("type=%v msg=audit(1.000:1): pid=1 uid=0 auid=0 ses=0 msg='%s exe=\"/x\" hostname=? addr=? terminal=? res=failed'", m.Type, m.Text)
	if err := r.Parse([]byte(line)); err != nil || r.Kind != kind || r.Marks&^record.UnknownField != 0 || r.Result != record.Failed {
		t.Errorf("%s: kind %v, marks %v, result %v, %v", kind.Name, r.Kind, r.Marks.Names(), r.Result, err)
		return
	}
	said, _ := r.Lookup("shortened")
	for _, f := range kind.Fields {
		if f.Encoding != record.Encoded && f.Encoding != record.Raw || f.Const != "" {
			continue
		}
		field, _ := r.Lookup(f.Name)
		begin, cut := strings.CutSuffix(field.String(), "...")
		if !cut || !strings.HasPrefix(value, begin) || len(begin) < 500 || !utf8.ValidString(begin) {
			t.Errorf("%s: %s is %.40q... of %d bytes", kind.Name, f.Name, field.String(), len(begin))
		}
		if want := fmt.Sprintf("%s:%d", f.Name, len(value)); !strings.Contains(","+said.String()+",", ","+want+",") {
			t.Errorf("%s: shortened=%s, want %s in it", kind.Name, said.String(), want)
		}
	}
}

// Only the longest values are cut, and no more than need be.
func TestShortenLongest(t *testing.T) {
	m := kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(
		`virt=kvm resrc=disk reason=update vm="g" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-disk="/a" new-disk="` + strings.Repeat("/x", 100) + `"`,
	)}
	if got, err := kaudit.Shorten(m, len(m.Text)); err != nil || string(got.Text) != string(m.Text) {
		t.Errorf("a text that fits became %q, %v", got.Text, err)
	}
	got, err := kaudit.Shorten(m, 200)
	want := `virt=kvm resrc=disk reason=update vm="g" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 shortened=new-disk:200 old-disk="/a" new-disk="` +
		strings.Repeat("/x", 33) + `..."`
	if err != nil || string(got.Text) != want || len(want) != 200 {
		t.Errorf("got  %q, %v\nwant %q (%d bytes)", got.Text, err, want, len(want))
	}
}

// What has no value to cut stays too long.
func TestShortenInVain(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("x ", 100), "x=" + strings.Repeat("1", 200), "a= b= c=" + strings.Repeat(" ", 200),
		`vm="` + strings.Repeat("x", 200) + `" ` + strings.Repeat("y", 120), strings.Repeat("'", 200),
	} {
		m := kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte(text)}
		long := new(kaudit.TooLongError)
		if got, err := kaudit.Shorten(m, 100); !errors.As(err, &long) || long.Size != len(text) || long.Limit != 100 {
			t.Errorf("%q became %q, %v", text, got.Text, err)
		}
	}
}

// Of texts that aren't VIRT records, quoted values are cut.
func TestShortenOther(t *testing.T) {
	m := kaudit.Message{Type: 1112, Result: record.Success, Text: []byte(`op=login acct="` + strings.Repeat("x", 200) + `"`)}
	got, err := kaudit.Shorten(m, 100)
	if want := `shortened=acct:200 op=login acct="` + strings.Repeat("x", 62) + `..."`; err != nil || string(got.Text) != want {
		t.Errorf("%q, %v", got.Text, err)
	}
}

func FuzzShorten(f *testing.F) {
	f.Add(uint16(2501), []byte(rngText), 130)
	f.Add(uint16(1100), []byte(`a="b c" d= e=`), 5)
	f.Fuzz(func(t *testing.T, kind uint16, text []byte, limit int) {
		m := kaudit.Message{Type: record.Type(kind), Result: record.Success, Text: text}
		limit = max(limit, 0)
		got, err := kaudit.Shorten(m, limit)
		switch {
		case err == nil && len(got.Text) > limit:
			t.Errorf("%q has over %d bytes", got.Text, limit)
		case err != nil && (!errors.Is(err, kaudit.ErrTooLong) || len(text) <= limit):
			t.Errorf("%q: %v", text, err)
		}
	})
}
