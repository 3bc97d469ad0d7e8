package doctor

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

// recent is how much of the log's end is searched for guests' records.
const recent = 1 << 20

// guestRecords tells when the log last heard of a guest.
func (e *examination) guestRecords() finding {
	if e.logs.err != nil || e.logs.size == 0 {
		return finding{Unknown, "no log that could be read", "see log"}
	}
	searched, found, last, err := e.logs.guests()
	if err != nil {
		return finding{Unknown, e.logs.path + ": " + reason(err), "try again"}
	}
	if found == 0 {
		return finding{
			Warning, "none in the last " + size(uint64(searched)) + " of the log",
			"start a guest and ask again; if there is none then either, see what is said above",
		}
	}
	return ok(fmt.Sprintf("%d in the last %s of the log, the last at %s", found, size(uint64(searched)), e.host.time(last.Time())))
}

// guests counts the VIRT records at the end of the log, and gives the last.
func (l logs) guests() (searched int64, found int, last record.Stamp, err error) {
	for _, f := range slices.Backward(l.files) {
		length := min(f.size, recent-searched)
		if length <= 0 {
			break
		}
		text, err := f.part(f.size-length, length)
		if err != nil {
			return 0, 0, last, err
		}
		if length < f.size { // it begins within a line
			text = text[bytes.IndexByte(text, '\n')+1:]
		}
		n, newest := guestsIn(text)
		if found == 0 {
			last = newest
		}
		searched, found = searched+length, found+n
	}
	return searched, found, last, nil
}

func guestsIn(text []byte) (found int, last record.Stamp) {
	for r := range auditlog.ScanBytes(text).Records() {
		if r.Type.Virt() {
			found++
			last = r.Stamp
		}
	}
	return found, last
}
