package trail

import "hash/maphash"

// poolSize and maxLength bound the memory for values that come again and again.
const poolSize, maxLength = 1 << 14, 256

// pool gives equal values as the same string, as long as it remembers them. Of
// each pair of places a value may be at one, the first if it came last.
type pool struct {
	seed   maphash.Seed
	places []string
}

func newPool() pool { return pool{maphash.MakeSeed(), make([]string, poolSize)} }

func (p *pool) get(b []byte) string {
	if len(b) > maxLength {
		return string(b)
	}
	pair := p.places[maphash.Bytes(p.seed, b)%(poolSize/2)*2:][:2]
	switch string(b) {
	case pair[0]:
	case pair[1]:
		pair[0], pair[1] = pair[1], pair[0]
	default:
		pair[0], pair[1] = string(b), pair[0]
	}
	return pair[0]
}
