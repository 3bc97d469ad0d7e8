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
		c.put(k, v)
	}
	return v
}

func (c *cache[K, V]) put(k K, v V) {
	if _, ok := c.young[k]; !ok && len(c.young) >= c.max {
		c.young, c.old = map[K]V{}, c.young
	}
	c.young[k] = v
}
