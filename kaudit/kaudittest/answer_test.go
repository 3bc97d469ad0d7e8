package kaudittest

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

// The kernel cuts what is too long and ends a text at a NUL, which a sender
// that is none of ours may make it do.
func TestCut(t *testing.T) {
	k := NewKernel()
	for text, want := range map[string]int{
		string(make([]byte, 10)): 0, "abc\x00def\x00": 3, "abc": 2, strings.Repeat("x", 9000): maxText,
	} {
		k.records = nil
		answers, err := k.answer(message{kind: 2500, flags: flagAck, seq: 7, data: []byte(text)}.append(nil))
		if err != nil || len(answers) != 1 || number(answers[0]) != 0 {
			t.Fatalf("%.10q: %v, %v", text, answers, err)
		}
		_, kept, _ := bytes.Cut(k.records[0].text, []byte("msg='"))
		if got := len(kept) - len("'"); got != want {
			t.Errorf("of %.10q, %d bytes are kept, want %d", text, got, want)
		}
	}
}

// number gives the error number of an answer.
func number(answer []byte) int32 { return -int32(binary.NativeEndian.Uint32(answer[headerSize:])) }

// What isn't asked to be acknowledged is answered only when it is refused.
func TestAcknowledge(t *testing.T) {
	for name, tc := range map[string]struct {
		m       message
		enabled kaudit.Enabled
		want    []int32
	}{
		"record":              {message{kind: 2500, data: []byte("x\x00")}, kaudit.On, nil},
		"acknowledged":        {message{kind: 2500, flags: flagAck, data: []byte("x\x00")}, kaudit.On, []int32{0}},
		"probe":               {message{kind: 2500, data: []byte{0}}, kaudit.On, []int32{invalid}},
		"probe, disabled":     {message{kind: 2500, flags: flagAck, data: []byte{0}}, kaudit.Off, []int32{0}},
		"no type of programs": {message{kind: 1400, data: []byte("x\x00")}, kaudit.On, []int32{invalid}},
	} {
		k := NewKernel()
		k.SetStatus(kaudit.Status{Enabled: tc.enabled})
		answers, err := k.answer(tc.m.append(nil))
		var got []int32
		for _, a := range answers {
			got = append(got, number(a))
		}
		if err != nil || len(got) != len(tc.want) || len(got) > 0 && got[0] != tc.want[0] {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tc.want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(message{kind: 2500, flags: flagAck, data: []byte("x\x00")}.append(nil))
	f.Add(message{kind: typeListRules}.append(message{kind: typeGet}.append(nil)))
	f.Fuzz(func(t *testing.T, request []byte) {
		k := NewKernel()
		answers, err := k.answer(request)
		if err == nil && len(answers) > 2*len(request)/headerSize {
			t.Errorf("%d answers to %d bytes", len(answers), len(request))
		}
	})
}
