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
