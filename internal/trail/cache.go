package trail

// cache is a map that forgets what was not asked for among the last max keys or
// more. It has two generations: what is asked for moves to the young one, and
// when that is full the old one goes.
type cache[K comparable, V any] struct {
	max        int
	young, old map[K]V
}

func newCache[K comparable, V any](atLeast int) *cache[K, V] {
	return &cache[K, V]{max: atLeast, young: map[K]V{}}
}

func (c *cache[K, V]) get(k K) V {
	if v, ok := c.young[k]; ok {
		return v
	}
	v, ok := c.old[k]
	if ok {
		c.young[k] = v
	}
	return v
}

// peek is get for who doesn't ask for it.
func (c *cache[K, V]) peek(k K) V {
	if v, ok := c.young[k]; ok {
		return v
	}
	return c.old[k]
}

func (c *cache[K, V]) put(k K, v V) {
	if _, ok := c.young[k]; !ok {
		c.age()
	}
	c.young[k] = v
}

// keep is put that forgets nothing before the next age.
func (c *cache[K, V]) keep(k K, v V) { c.young[k] = v }

// age begins a generation where the young one is full.
func (c *cache[K, V]) age() {
	if len(c.young) >= c.max {
		c.young, c.old = map[K]V{}, c.young
	}
}

func (c *cache[K, V]) remove(k K) {
	delete(c.young, k)
	delete(c.old, k)
}
