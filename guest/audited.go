package guest

// audited is how records name a resource.
type audited struct {
	kind *kind // nil for what is never audited
	// values are, by the kind's style, names that each give a record of their
	// own, or what follows uuid= in the only one.
	values [maxValues]value
	count  int
}

// maxValues is that of a smartcard's names and of a cgroup's path rule.
const maxValues = 4

// silent is what is never audited.
var silent audited

// as gives a resource its kind and values.
func (k *kind) as(values ...value) audited {
	a := audited{kind: k, count: len(values)}
	copy(a.values[:], values)
	return a
}
