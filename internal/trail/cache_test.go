package trail

import "testing"

func TestCacheForgetsWhatIsOld(t *testing.T) {
	c := newCache[int, string](3)
	for i := range 10 {
		c.put(i, "x")
		if c.get(0) != "x" {
			t.Fatalf("0 is forgotten at %d, though it is asked for each time", i)
		}
	}
	if c.get(9) == "" || c.get(8) == "" {
		t.Error("the last are forgotten")
	}
	if c.get(2) != "" {
		t.Error("2 is not forgotten")
	}
}

func TestCacheForgetsAtOnce(t *testing.T) {
	c := newCache[int, string](3)
	for i := range 10 {
		c.keep(i, "x")
	}
	if c.peek(0) == "" {
		t.Error("it forgets before it is told to")
	}
	c.age()
	c.keep(10, "x")
	c.age()
	if c.get(0) == "" || c.peek(10) == "" {
		t.Error("it forgets what is young")
	}
	c.keep(11, "x")
	c.age() // 0 was asked for, 1 wasn't
	if c.keep(12, "x"); c.peek(0) == "" || c.peek(1) != "" {
		t.Errorf("0 is %q, 1 is %q", c.peek(0), c.peek(1))
	}
	if c.remove(0); c.peek(0) != "" {
		t.Error("0 is there still")
	}
}
