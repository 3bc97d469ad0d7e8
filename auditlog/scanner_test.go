package auditlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/virtaudit/virtaudit/record"
)

func line(typ string, serial int) string {
	return fmt.Sprintf("type=%s msg=audit(1793000000.100:%d): pid=1 uid=0 auid=0 ses=0 msg='op=x exe=\"/bin/x\" hostname=? addr=? terminal=? res=success'", typ, serial)
}

// serials gives the serials of the records that a scanner finds.
func serials(s *Scanner) []uint64 {
	var out []uint64
	for r := range s.Records() {
		out = append(out, r.Stamp.Serial)
	}
	return out
}

func TestPicksByTheLinesOwnType(t *testing.T) {
	log := strings.Join([]string{
		line("VIRT_CONTROL", 1),
		line("SYSCALL", 2) + ` name="type=VIRT_CONTROL msg=audit(1.000:1):"`,
		line("USER_CMD", 3) + " type=VIRT_RESOURCE msg=audit(1793000000.100:3): ",
		line("AVC", 4), line("AVC_PATH", 5), line("USER_AVC", 6), line("SECCOMP", 7), line("ANOM_ABEND", 8),
		line("SYSTEM_BOOT", 9), line("SYSTEM_SHUTDOWN", 10), line("SYSTEM_RUNLEVEL", 11), line("DAEMON_START", 12),
		line("UNKNOWN[2508]", 13), line("UNKNOWN[1420]", 14),
		"node=h1 " + line("VIRT_MACHINE_ID", 15), "node=h1 " + line("PATH", 16),
		"[ 1510.772980] audit: type=2501 audit(1793000000.100:17): pid=1 msg='op=x'",
		"[ 1510.772980] audit: type=1300 audit(1793000000.100:18): pid=1",
		"Nov 22 21:25:18 h1 kernel: [ 1510.772980] audit: type=1400 audit(1793000000.100:19): apparmor=\"DENIED\"",
		"Nov 22 21:25:18 h1 app: " + line("VIRT_CONTROL", 20),
		"", "hello", "type=", "node=h1 type=",
		"type=VIRT_CONTROL msg=audit(broken): ",
	}, "\n") + "\n"
	s := NewScanner(strings.NewReader(log))
	want := []uint64{1, 4, 6, 7, 8, 9, 10, 12, 13, 15, 17, 19}
	if got := serials(s); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if s.Err() != nil {
		t.Error(s.Err())
	}
	wantStats := Stats{Bytes: int64(len(log)), Lines: 25, Records: 20, Picked: 12, Malformed: 1, Foreign: 4}
	if got := s.Stats(); got != wantStats {
		t.Errorf("stats %+v, want %+v", got, wantStats)
	}
	if s.Position() != int64(len(log)) || s.Unfinished() {
		t.Errorf("position %d of %d, unfinished %v", s.Position(), len(log), s.Unfinished())
	}
}

func TestLastLineWithoutNewline(t *testing.T) {
	whole := line("VIRT_CONTROL", 1) + "\n"
	s := NewScanner(strings.NewReader(whole + line("VIRT_CONTROL", 2)))
	if got := serials(s); !slices.Equal(got, []uint64{1, 2}) {
		t.Errorf("got %v", got)
	}
	if s.Position() != int64(len(whole)) || !s.Unfinished() || s.Stats().Lines != 2 {
		t.Errorf("position %d, unfinished %v, %+v", s.Position(), s.Unfinished(), s.Stats())
	}
}

// Whatever blocks a reader gives, the records are the same, and one may stop
// and resume anywhere.
func TestBlocksAndResuming(t *testing.T) {
	var log strings.Builder
	var want []uint64
	for i := range 2000 {
		typ := "SYSCALL"
		if i%7 == 0 {
			typ = "VIRT_RESOURCE"
			want = append(want, uint64(i))
		}
		fmt.Fprintln(&log, line(typ, i))
	}
	text := log.String()
	for name, r := range map[string]io.Reader{
		"one byte":     iotest.OneByteReader(strings.NewReader(text)),
		"half":         iotest.HalfReader(strings.NewReader(text)),
		"data and end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		if got := serials(NewScanner(r)); !slices.Equal(got, want) {
			t.Errorf("%s: %d records, want %d", name, len(got), len(want))
		}
	}
	var got []uint64
	for position := int64(0); ; {
		s := NewScannerAt(strings.NewReader(text[position:]), position)
		n := 0
		for r := range s.Records() {
			got = append(got, r.Stamp.Serial)
			if n++; n == 3 {
				break
			}
		}
		position = s.Position()
		if n < 3 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("resumed: %d records, want %d", len(got), len(want))
	}
}

// A loop that was left goes on where it was when the scanner is used again.
func TestBreakAndGoOn(t *testing.T) {
	s := NewScanner(strings.NewReader(line("VIRT_CONTROL", 1) + "\n" + line("VIRT_CONTROL", 2) + "\n" + line("VIRT_CONTROL", 3)))
	for range s.Records() {
		break
	}
	if got := serials(s); !slices.Equal(got, []uint64{2, 3}) {
		t.Errorf("got %v", got)
	}
}

func TestBrokenStream(t *testing.T) {
	broken := errors.New("disk on fire")
	s := NewScanner(io.MultiReader(strings.NewReader(line("VIRT_CONTROL", 1)+"\n"+line("VIRT_CONTROL", 2)), iotest.ErrReader(broken)))
	if got := serials(s); !slices.Equal(got, []uint64{1}) { // the second may be torn
		t.Errorf("got %v", got)
	}
	if err := s.Err(); !errors.Is(err, broken) || !strings.Contains(err.Error(), "at byte ") {
		t.Errorf("error %v", err)
	}
	s = NewScanner(stuckReader{})
	if got := serials(s); len(got) != 0 || !errors.Is(s.Err(), io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v, %v", got, s.Err())
	}
}

func TestScanBytes(t *testing.T) {
	text := []byte(line("VIRT_CONTROL", 1) + "\n" + line("SYSCALL", 2) + "\n" + line("VIRT_CONTROL", 3))
	s := ScanBytes(text)
	var lines []string
	for l := range s.Lines() {
		if &l[0] != &text[0] && &l[0] != &text[len(text)-len(l)] {
			t.Errorf("%s is a copy", l)
		}
		lines = append(lines, string(l))
	}
	if len(lines) != 2 || s.Stats() != (Stats{Bytes: int64(len(text)), Lines: 3, Records: 3, Picked: 2}) || s.Err() != nil || !s.Unfinished() {
		t.Errorf("%d lines, %+v, %v", len(lines), s.Stats(), s.Err())
	}
}

// Text in memory is scanned without any more of it.
func TestScanBytesAllocs(t *testing.T) {
	text := []byte(line("VIRT_CONTROL", 1) + "\n" + line("SYSCALL", 2) + "\n")
	if n := testing.AllocsPerRun(10, func() {
		s := ScanBytes(text)
		for range s.Lines() {
		}
		if s.Stats().Picked != 1 {
			t.Error("no record")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A line that a power loss tore ends at the NULs; the one behind them counts.
func TestTornLines(t *testing.T) {
	nuls := strings.Repeat("\x00", 40)
	torn := strings.TrimSuffix(line("VIRT_RESOURCE", 1), "ess'")
	s := NewScanner(strings.NewReader(torn + nuls + line("VIRT_CONTROL", 2) + "\n" + line("SYSCALL", 3)[:50] + nuls + "node=h " + line("VIRT_CONTROL", 4) + "\n" + nuls + line("VIRT_CONTROL", 5) + "\n" + line("VIRT_CONTROL", 6) + "\x00x"))
	var got []string
	for r := range s.Records() {
		got = append(got, fmt.Sprint(r.Stamp.Serial, r.Marks.Names()))
	}
	if want := []string{"1 [cut]", "2 []", "4 []", "5 []", "6 [cut ambiguous]"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.Stats().Lines != 4 {
		t.Errorf("%+v", s.Stats())
	}
}

type stuckReader struct{}

func (stuckReader) Read([]byte) (int, error) { return 0, nil }

func TestLongLines(t *testing.T) {
	long := func(n int) string {
		return strings.Replace(line("VIRT_CONTROL", n), "op=x", "op=x "+strings.Repeat("a", n), 1)
	}
	var log strings.Builder
	for _, n := range []int{1 << 10, 1 << 20, 3 << 20, 9 << 20, 5} {
		fmt.Fprintln(&log, long(n))
	}
	fmt.Fprintln(&log, strings.Repeat("x", 9<<20)+line("VIRT_CONTROL", 77))
	fmt.Fprint(&log, line("VIRT_CONTROL", 6))
	s := NewScanner(strings.NewReader(log.String()))
	if got := serials(s); !slices.Equal(got, []uint64{1 << 10, 1 << 20, 3 << 20, 5, 6}) {
		t.Errorf("got %v", got)
	}
	if st := s.Stats(); st.Malformed != 1 || st.Lines != 7 || st.Bytes != int64(log.Len()) {
		t.Errorf("stats %+v", st)
	}
	if len(s.block) > 2*MaxLine {
		t.Errorf("the block grew to %d", len(s.block))
	}
}

// FuzzScanner: what a scanner gives is what a line by line reading gives, in
// whatever blocks the stream comes.
func FuzzScanner(f *testing.F) {
	f.Add([]byte(line("VIRT_CONTROL", 1)+"\nnode=h type=AVC msg=audit(1.000:1): x\n\n\x00type=VIRT_CONTROL msg=audit(1.000:2): a=b"), uint8(7))
	f.Add([]byte("type=25\ntype=1400 audit(1.000:1):"), uint8(1))
	f.Fuzz(func(t *testing.T, log []byte, block uint8) {
		var want, got []string
		var r record.Record
		for l := range bytes.SplitSeq(log, []byte("\n")) {
			if tear(l) >= 0 {
				return
			}
			if classify(l) == picked && r.Parse(l) == nil {
				want = append(want, string(l))
			}
		}
		s := NewScanner(&blockReader{log, int(block) + 1})
		for r := range s.Records() {
			got = append(got, string(r.Append(nil)))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		if s.Stats().Bytes != int64(len(log)) || s.Stats().Picked != int64(len(got)) {
			t.Fatalf("stats %+v", s.Stats())
		}
	})
}

type blockReader struct {
	data  []byte
	block int
}

func (r *blockReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.data[:min(r.block, len(r.data))])
	r.data = r.data[n:]
	return n, nil
}

func benchLog() []byte {
	var log bytes.Buffer
	for i := range 100_000 {
		if i%33 == 0 {
			fmt.Fprintf(&log, "type=VIRT_RESOURCE msg=audit(1363099126.643:%d): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm=\"qcow-test\" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng=\"?\" new-rng=\"/dev/random\" exe=\"/usr/sbin/libvirtd\" hostname=? addr=? terminal=? res=success'\n", i)
			continue
		}
		fmt.Fprintf(&log, "type=SYSCALL msg=audit(1363099126.643:%d): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd1 a2=80000 a3=0 items=1 ppid=1 pid=4117 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"cron\" exe=\"/usr/sbin/cron\" key=(null)\n", i)
	}
	return log.Bytes()
}

// BenchmarkLines is the walk alone, BenchmarkRecords with the picked parsed.
func BenchmarkLines(b *testing.B) {
	log := benchLog()
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		for range NewScanner(bytes.NewReader(log)).Lines() {
		}
	}
}

func BenchmarkRecords(b *testing.B) {
	log := benchLog()
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		for range NewScanner(bytes.NewReader(log)).Records() {
		}
	}
}
