package reconcile

import "testing"

func TestCache(t *testing.T) {
	c := newCache[int, string](3)
	for i := range 10 {
		c.put(i, "x")
		for j := max(0, i-2); j <= i; j++ {
			if c.get(j) != "x" {
				t.Errorf("%d is forgotten after %d", j, i)
			}
		}
		if c.len() > 6 {
			t.Errorf("%d are kept", c.len())
		}
	}
	if c.get(0) != "" {
		t.Error("0 is kept")
	}
	c.put(9, "y")
	if c.delete(8); c.get(8) != "" || c.get(9) != "y" {
		t.Errorf("8 is %q, 9 is %q", c.get(8), c.get(9))
	}
}

// len is how many are kept.
func (c *cache[K, V]) len() int { return len(c.young) + len(c.old) }
