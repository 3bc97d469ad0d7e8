package loggen

// record is one line of an event before it has its place in the log.
type record struct {
	typ    string
	body   []byte // what follows "msg=audit(...): "
	picked bool   // of a type that readers of VIRT records want
	virt   bool   // VIRT_*
	resrc  string // of a VIRT_RESOURCE
	failed bool   // res=failed, of a VIRT_*

	guestAVC, guestAnomaly bool
}

// event is one or more records with the same time and serial.
type event struct {
	records []record
	ordered bool        // no line of another event may change places with it
	then    func(Event) // what the event does, at its place in the true order
}

// script is what happens to one guest, in order.
type script []event

// picks counts the picked records of the event.
func (e *event) picks() int {
	n := 0
	for i := range e.records {
		if e.records[i].picked {
			n++
		}
	}
	return n
}
