package recent

import "testing"

func TestForgetsWhatIsOld(t *testing.T) {
	c := New[int, string](3)
	for i := range 10 {
		c.Put(i, "x")
		if c.Get(0) != "x" {
			t.Fatalf("0 is forgotten at %d, though it is asked for each time", i)
		}
	}
	if c.Get(9) == "" || c.Get(8) == "" {
		t.Error("the last are forgotten")
	}
	if c.Get(2) != "" {
		t.Error("2 is not forgotten")
	}
}

func TestForgetsWhenTold(t *testing.T) {
	c := New[int, string](3)
	for i := range 10 {
		c.Keep(i, "x")
	}
	if c.Peek(0) == "" {
		t.Error("it forgets before it is told to")
	}
	c.Age()
	c.Keep(10, "x")
	c.Age()
	if c.Get(0) == "" || c.Peek(10) == "" {
		t.Error("it forgets what is young")
	}
	c.Keep(11, "x")
	c.Age() // 0 was asked for, 1 wasn't
	if c.Keep(12, "x"); c.Peek(0) == "" || c.Peek(1) != "" {
		t.Errorf("0 is %q, 1 is %q", c.Peek(0), c.Peek(1))
	}
	if c.Delete(0); c.Peek(0) != "" {
		t.Error("0 is there still")
	}
}

// TestPeekChangesNothing: what is kept are the last that were put.
func TestPeekChangesNothing(t *testing.T) {
	c := New[int, string](3)
	for i := range 10 {
		c.Put(i, "x")
		for j := max(0, i-2); j <= i; j++ {
			if c.Peek(j) != "x" {
				t.Errorf("%d is forgotten after %d", j, i)
			}
		}
		if c.Len() > 6 {
			t.Errorf("%d are kept", c.Len())
		}
	}
	if c.Peek(0) != "" {
		t.Error("0 is kept")
	}
	c.Put(9, "y")
	if c.Delete(8); c.Peek(8) != "" || c.Peek(9) != "y" {
		t.Errorf("8 is %q, 9 is %q", c.Peek(8), c.Peek(9))
	}
}
