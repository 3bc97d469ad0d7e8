package trail

import (
	"github.com/virtaudit/virtaudit/record"
)

// Summary counts what a trail has met.
type Summary struct {
	// Records counts records by type, Resources the VIRT_RESOURCE ones by kind.
	Records         map[string]int64
	Resources       map[string]int64
	FailedResources map[string]int64

	Starts, FailedStarts     int64
	Stops, StopsWithoutStart int64
	Inits                    int64
	Sessions                 [states]int64
	// FailedOperations counts VIRT records with res=failed.
	FailedOperations int64
	GuestAVCs        int64
	GuestAnomalies   int64
	// Late counts records that came too late to be put in their order.
	Late int64
	// First and Last are the earliest and the latest time of the records.
	First, Last Moment
}

func newSummary() Summary {
	return Summary{Records: map[string]int64{}, Resources: map[string]int64{}, FailedResources: map[string]int64{}}
}

// Summary gives what was counted; it is whole after End.
func (t *Trail) Summary() Summary { return t.sum }

// maxNames bounds the memory for types and kinds that nobody knows.
const maxNames = 1000

// count counts a record.
func (s *Summary) count(e *entry) {
	r := &e.rec
	addTo(s.Records, r.TypeName())
	if s.First == (Moment{}) || earlier(r.Stamp, s.First) {
		s.First = r.Stamp
	}
	if earlier(s.Last, r.Stamp) {
		s.Last = r.Stamp
	}
	if e.late {
		s.Late++
	}
	if !r.Type.Virt() {
		return
	}
	failed := r.Result == record.Failed
	if failed {
		s.FailedOperations++
	}
	if r.Type == record.VirtResource {
		f, _ := r.Lookup("resrc")
		kind := f.String()
		addTo(s.Resources, kind)
		if failed {
			addTo(s.FailedResources, kind)
		}
	}
}

// earlier compares times, and serials where these are equal.
func earlier(a, b Moment) bool {
	return a.Millis < b.Millis || a.Millis == b.Millis && a.Serial < b.Serial
}

func addTo(counts map[string]int64, name string) {
	if _, ok := counts[name]; !ok && len(counts) >= maxNames {
		name = "other"
	}
	counts[name]++
}
