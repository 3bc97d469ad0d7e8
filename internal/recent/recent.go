// Package recent is a map that keeps what it was given or asked for of late, and
// forgets what is older: a bound for what a trail remembers of those that may never
// be heard of again.
//
// It has two generations. When the young one is full, the old one goes, so that the
// last ones are kept, and some twice as many at the most. What is kept depends on
// what is called alone: there is no clock in it.
package recent

// A Map is one, for one goroutine.
type Map[K comparable, V any] struct {
	max        int
	young, old map[K]V
}

// New gives an empty one that keeps at least that many keys, the last ones.
func New[K comparable, V any](atLeast int) *Map[K, V] {
	return &Map[K, V]{max: atLeast, young: map[K]V{}}
}

// Get gives a key's value, which stays then as if it were put, or none.
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

// Peek is Get for who doesn't ask for it: what is kept hangs on nothing of it.
func (m *Map[K, V]) Peek(k K) V {
	if v, ok := m.young[k]; ok {
		return v
	}
	return m.old[k]
}

// Put sets a key's value, and forgets what is too old.
func (m *Map[K, V]) Put(k K, v V) {
	if _, ok := m.young[k]; !ok {
		m.Age()
	}
	m.young[k] = v
}

// Keep is Put that forgets nothing before the next Age.
func (m *Map[K, V]) Keep(k K, v V) { m.young[k] = v }

// Age begins a generation where the young one is full.
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

// Len is how many keys are kept; one that is in both generations counts twice.
func (m *Map[K, V]) Len() int { return len(m.young) + len(m.old) }
