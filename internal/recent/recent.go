// Package recent is a map that keeps the keys that were used last, and forgets the
// others. It bounds what a trail remembers of guests and sources that may never be
// heard of again.
//
// The map has two generations. When the young one is full, it becomes the old one,
// and what was in the old one is forgotten. So the last keys are always kept, and
// never more than about twice as many. What is kept depends on the calls alone, not
// on a clock.
package recent

// A Map is such a map. It is for one goroutine at a time.
type Map[K comparable, V any] struct {
	max        int
	young, old map[K]V
}

// New gives an empty Map that keeps at least that many of the keys used last.
func New[K comparable, V any](atLeast int) *Map[K, V] {
	return &Map[K, V]{max: atLeast, young: map[K]V{}}
}

// Get gives a key's value, or the zero value. It counts as a use of the key.
func (m *Map[K, V]) Get(k K) V {
	if v, ok := m.young[k]; ok {
		return v
	}
	v, ok := m.old[k]
	if ok {
		m.young[k] = v
	}
	return v
}

// Peek is like Get, but doesn't count as a use of the key.
func (m *Map[K, V]) Peek(k K) V {
	if v, ok := m.young[k]; ok {
		return v
	}
	return m.old[k]
}

// Put sets a key's value. For a key that is not in the young generation it calls Age
// first.
func (m *Map[K, V]) Put(k K, v V) {
	if _, ok := m.young[k]; !ok {
		m.Age()
	}
	m.young[k] = v
}

// Keep is like Put, but leaves Age to the caller: nothing is forgotten before that.
func (m *Map[K, V]) Keep(k K, v V) { m.young[k] = v }

// Age begins a new generation if the young one is full.
func (m *Map[K, V]) Age() {
	if len(m.young) >= m.max {
		m.young, m.old = map[K]V{}, m.young
	}
}

// Delete forgets a key.
func (m *Map[K, V]) Delete(k K) {
	delete(m.young, k)
	delete(m.old, k)
}

// Len is how many keys are kept; a key in both generations counts twice.
func (m *Map[K, V]) Len() int { return len(m.young) + len(m.old) }
