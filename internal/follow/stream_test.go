package follow

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// readAll gives what standard input says until it ends.
func readAll(t testing.TB, r io.Reader) (facts []fact.Fact, problems []Problem, err error) {
	t.Helper()
	var m monitor
	caughtUp := false
	err = runStdin(t.Context(), r, quick(""), &m, func(b *Batch) error {
		facts, problems, caughtUp = append(facts, b.Records...), append(problems, b.Problems...), b.CaughtUp
		if b.Position != nil || b.Way != WayStdin {
			t.Errorf("a batch of standard input: %+v", b)
		}
		return nil
	})
	if s := m.Status(); errors.Is(err, ErrEnded) && (!caughtUp || !s.CaughtUp || s.Records != int64(len(facts))) {
		t.Errorf("caught up %t, status %+v", caughtUp, s)
	}
	return facts, problems, err
}

// However standard input comes in pieces, it says what the log does.
func TestStdin(t *testing.T) {
	text := readLogs(t)
	want := factsOf(text)
	for i := range want {
		want[i].Source = WayStdin
	}
	for name, r := range map[string]io.Reader{
		"at once":         bytes.NewReader(text),
		"by bytes":        iotest.OneByteReader(bytes.NewReader(text)),
		"with its end":    iotest.DataErrReader(bytes.NewReader(text)),
		"in pieces":       &pieces{text, rand.New(rand.NewPCG(1, 1))},
		"without newline": bytes.NewReader(bytes.TrimSuffix(text, []byte("\n"))),
	} {
		got, problems, err := readAll(t, r)
		if !errors.Is(err, ErrEnded) || len(problems) > 0 || sameFacts(got, want) != nil {
			t.Errorf("%s: %v, %v, %v", name, err, problems, sameFacts(got, want))
		}
	}
}

// pieces gives text in pieces of random sizes.
type pieces struct {
	text []byte
	rand *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := min(len(b), len(p.text), p.rand.IntN(3000))
	copy(b, p.text[:n])
	p.text = p.text[n:]
	return n, nil
}

// A line that is too long is passed over, and what is no text is refused.
func TestStdinHostile(t *testing.T) {
	long := strings.NewReader(line(1, "a") + strings.Repeat("x", 5*maxLine) + "\n" + line(2, "b"))
	got, problems, err := readAll(t, long)
	if len(got) != 2 || len(problems) != 1 || problems[0].Kind != LongLine || !errors.Is(err, ErrEnded) {
		t.Errorf("%d records, %v, %v", len(got), problems, err)
	}
	_, _, err = readAll(t, strings.NewReader("\x00\x00\x00\x00\x10\x00\x00\x00"+line(1, "a")))
	if err == nil || !strings.Contains(err.Error(), "format = string") {
		t.Errorf("binary: %v", err)
	}
	_, _, err = readAll(t, io.MultiReader(strings.NewReader(line(1, "a")), iotest.ErrReader(io.ErrClosedPipe)))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("broken: %v", err)
	}
}

// Whatever comes by standard input, in whatever pieces, is what its lines say.
func FuzzStdin(f *testing.F) {
	f.Add([]byte(line(1, "a")+other(2)+line(3, "b")), uint64(1))
	f.Add([]byte("type=VIRT_"), uint64(2))
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		got, _, err := readAll(t, &pieces{text, rand.New(rand.NewPCG(seed, 1))})
		if !errors.Is(err, ErrEnded) {
			return
		}
		want := factsOf(text)
		for i := range want {
			want[i].Source = WayStdin
		}
		if err := sameFacts(got, want); err != nil && bytes.IndexByte(text, 0) < 0 {
			t.Error(err)
		}
	})
}

// script gives deliveries, then an error.
func script(end error, all ...kaudit.Delivery) deliveries {
	return func(context.Context) iter.Seq2[kaudit.Delivery, error] {
		return func(yield func(kaudit.Delivery, error) bool) {
			for _, d := range all {
				if !yield(d, nil) {
					return
				}
			}
			yield(kaudit.Delivery{}, end)
		}
	}
}

// The kernel's records come as facts, those that don't matter are counted, and a
// loss is told.
func TestMulticast(t *testing.T) {
	errEnd := errors.New("end")
	_, text, _ := strings.Cut(line(1, "a"), "msg=")
	d := kaudit.Delivery{Type: record.VirtControl, Text: []byte(strings.TrimSuffix(text, "\n"))}
	noise := kaudit.Delivery{Type: 1300, Text: []byte("audit(1.000:1): x")}
	var all Batch
	var m monitor
	err := runMulticast(t.Context(), script(errEnd, d, noise, kaudit.Delivery{Lost: true}, noise, d), quick(""), &m, func(b *Batch) error {
		all.Records, all.Problems = append(all.Records, b.Records...), append(all.Problems, b.Problems...)
		all.Lines += b.Lines
		return nil
	})
	want := factsOf([]byte(line(1, "a") + line(1, "a")))
	for i := range want {
		want[i].Source = WayMulticast
	}
	if !errors.Is(err, errEnd) || sameFacts(all.Records, want) != nil || all.Lines != 4 {
		t.Errorf("%v, %v, %d lines", err, sameFacts(all.Records, want), all.Lines)
	}
	if len(all.Problems) != 1 || all.Problems[0].Kind != Missed || all.Problems[0].From.After(all.Problems[0].To) {
		t.Errorf("problems %v", all.Problems)
	}
	if s := m.Status(); s.Problems[Missed] != 1 || s.Last.Kind != Missed || !s.LastRecord.Equal(at(1)) {
		t.Errorf("status %+v", s)
	}
}

// When it is ended, what came before is given.
func TestStreamStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	go func() {
		_, _ = io.WriteString(w, line(1, "a"))
		_, _ = io.WriteString(w, line(2, "b")) // the first was taken
		cancel()
	}()
	o := quick("")
	o.Hold, o.Poll = time.Hour, time.Hour
	n := 0
	err := runStdin(ctx, r, o, &monitor{}, func(b *Batch) error {
		n += len(b.Records)
		return nil
	})
	if !errors.Is(err, context.Canceled) || n < 1 {
		t.Errorf("%d records, %v", n, err)
	}
}
