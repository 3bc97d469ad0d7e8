package loggen

import (
	"bytes"
	"testing"
)

func newQueue(late int) (*queue, *bytes.Buffer) {
	var b bytes.Buffer
	return &queue{out: newOutput(&b), late: late}, &b
}

func TestQueueReleasesByPicks(t *testing.T) {
	q, b := newQueue(8)
	q.hold([]byte("held\n"), 1, true, -1, 2)
	for _, text := range []string{"1\n", "other\n", "2\n", "3\n"} {
		q.write([]byte(text), 1, text != "other\n")
	}
	if err := q.out.close(); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "1\nother\n2\nheld\n3\n" {
		t.Errorf("wrote %q", got)
	}
}

func TestQueueReleasesByLines(t *testing.T) {
	q, b := newQueue(8)
	q.hold([]byte("held\n"), 1, false, 2, 7)
	for range 3 {
		q.write([]byte("x\n"), 1, false)
	}
	if err := q.out.close(); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "x\nx\nheld\nx\n" {
		t.Errorf("wrote %q", got)
	}
}

func TestQueueFlushKeepsTheOrder(t *testing.T) {
	q, b := newQueue(8)
	q.hold([]byte("a\n"), 1, true, -1, 7)
	q.hold([]byte("b\n"), 1, true, -1, 1)
	q.flush()
	if err := q.out.close(); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "a\nb\n" {
		t.Errorf("wrote %q", got)
	}
	if q.out.lines != 2 || q.out.bytes != 4 || q.picks != 2 {
		t.Errorf("counted %d lines, %d bytes, %d picks", q.out.lines, q.out.bytes, q.picks)
	}
}

func TestQueueRoom(t *testing.T) {
	for late, want := range map[int]int{0: 0, 1: 1, 2: 2, 8: maxHeld} {
		q, _ := newQueue(late)
		for q.room() {
			q.hold([]byte("x\n"), 1, true, -1, 1)
		}
		if len(q.held) != want {
			t.Errorf("late %d: room for %d", late, len(q.held))
		}
		if most := q.maxWait() + len(q.held) - 1; late > 0 && most != late {
			t.Errorf("late %d: a line can be overtaken by %d", late, most)
		}
	}
}
