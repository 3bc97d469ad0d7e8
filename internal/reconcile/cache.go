package reconcile

// cache is a map that forgets what was put first when it has more than max keys,
// or up to twice as many. It has two generations: when the young one is full, the
// old one goes. Asking changes nothing, so that what is kept depends on what was
// put alone.
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
	return c.old[k]
}

func (c *cache[K, V]) put(k K, v V) {
	if _, ok := c.young[k]; !ok && len(c.young) >= c.max {
		c.young, c.old = map[K]V{}, c.young
	}
	c.young[k] = v
}

func (c *cache[K, V]) delete(k K) {
	delete(c.young, k)
	delete(c.old, k)
}
