package trail

import "testing"

// A guest that runs, and whose further starts all fail, is counted in bounded
// memory: but for the last ones, what is over keeps its number.
func TestNumbersOfMany(t *testing.T) {
	c := newNumberer()
	give := func(id, serial uint64, over bool) *liveSession {
		s := &Session{Node: "h", UUID: "u", ID: id, First: Moment{Serial: serial}}
		ls := &liveSession{id: id, given: s, over: over}
		c.put(ls)
		return ls
	}
	runs := give(1, 100, false)
	const many = 3 * maxNumbered
	for i := range uint64(many) {
		ls := give(2+i, 200+i, true)
		c.tell(newChanges())
		if c.trim(^uint64(0)); ls.given.Number != int(i)+2 || len(ls.number.last) > maxNumbered+1 {
			t.Fatalf("failed start %d has number %d, %d are known", i, ls.given.Number, len(ls.number.last))
		}
	}
	late := give(100, 150, true)
	out := newChanges()
	c.tell(out)
	if want := many - maxNumbered + 2; late.given.Number != want || runs.number.number != 1 {
		t.Errorf("a late one has number %d, want %d; the one that runs has %d", late.given.Number, want, runs.number.number)
	}
	if len(out.delta.Numbers) != maxNumbered || out.delta.Numbers[1+many] != many+2 {
		t.Errorf("other numbers: %v", out.delta.Numbers)
	}
	c.trim(^uint64(0))
	c.remove(late) // which has its number for good
	c.remove(runs)
	out = newChanges()
	if c.tell(out); out.delta.Numbers[1+many] != many+1 {
		t.Errorf("without the one that runs: %v", out.delta.Numbers)
	}
}

// What is dropped without a number counts for none.
func TestNumbersDropped(t *testing.T) {
	g := &guestNumbers{behind: 5}
	a, b := &numbered{first: Moment{Serial: 10}}, &numbered{first: Moment{Serial: 20}}
	g.insert(b)
	g.insert(a)
	if a.skip != 5 || b.skip != 0 || g.behind != 0 {
		t.Errorf("%d, %d, %d", a.skip, b.skip, g.behind)
	}
	g.drop(0, 0)
	if b.skip != 5 {
		t.Errorf("%d before the last", b.skip)
	}
	g.drop(0, 1)
	if g.behind != 6 {
		t.Errorf("%d are behind", g.behind)
	}
}
