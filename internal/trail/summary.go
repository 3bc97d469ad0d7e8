package trail

import (
	"strings"

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
	// Repeated counts records that were there before, as in copies of a log;
	// they count nowhere else.
	Repeated int64
	// First and Last are the earliest and the latest time of the records.
	First, Last Moment
}

// Summary gives what was counted; it is whole after End.
func (t *Trail) Summary() Summary { return t.counts.summary() }

// knownTypes is above the number of every type that linux/audit.h has.
const knownTypes = 3000

// counts is a Summary while it is being counted: by numbers where there are
// such, as a map for each record would cost more than all the rest.
type counts struct {
	Summary // without its maps
	types   [knownTypes]int64
	kinds   []tally           // of the catalogue's rows
	others  map[string]*tally // types and kinds without a number or a row
}

// tally counts records, and how many of them say res=failed.
type tally struct{ all, failed int64 }

func (t *tally) add(failed bool) {
	t.all++
	if failed {
		t.failed++
	}
}

// add counts a record.
func (c *counts) add(e *entry) {
	r := &e.rec
	if r.Type > 0 && r.Type < knownTypes {
		c.types[r.Type]++
	} else {
		c.other("type " + r.TypeName()).add(false)
	}
	c.time(r.Stamp)
	if e.late {
		c.Late++
	}
	if !r.Type.Virt() {
		return
	}
	failed := r.Result == record.Failed
	if failed {
		c.FailedOperations++
	}
	if r.Type == record.VirtResource {
		c.resource(r).add(failed)
	}
}

func (c *counts) time(m Moment) {
	if c.First == (Moment{}) || earlier(m, c.First) {
		c.First = m
	}
	if earlier(c.Last, m) {
		c.Last = m
	}
}

// resource finds the count of a resource's kind.
func (c *counts) resource(r *record.Record) *tally {
	if r.Kind.Index() < 0 {
		f, _ := r.Lookup("resrc")
		return c.other("resrc " + f.String())
	}
	return &c.kinds[r.Kind.Index()]
}

// maxNames and maxName bound the memory for types and kinds that nobody knows.
const maxNames, maxName = 1000, 80

func (c *counts) other(name string) *tally {
	name = name[:min(len(name), maxName)]
	t := c.others[name]
	if t == nil {
		if c.others == nil {
			c.others = map[string]*tally{}
		}
		if len(c.others) >= maxNames {
			what, _, _ := strings.Cut(name, " ")
			name = what + " other"
		}
		if t = c.others[name]; t == nil {
			t = &tally{}
			c.others[name] = t
		}
	}
	return t
}

func (c *counts) summary() Summary {
	s := c.Summary
	s.Records, s.Resources, s.FailedResources = map[string]int64{}, map[string]int64{}, map[string]int64{}
	for n, count := range c.types {
		if count > 0 {
			s.Records[record.Type(n).String()] += count
		}
	}
	for i, k := range record.Kinds() {
		if t := &c.kinds[i]; t.all > 0 {
			s.addResource(k.Resource(), t)
		}
	}
	for name, t := range c.others {
		if kind, ok := strings.CutPrefix(name, "resrc "); ok {
			s.addResource(kind, t)
		} else {
			s.Records[strings.TrimPrefix(name, "type ")] += t.all
		}
	}
	return s
}

func (s *Summary) addResource(kind string, t *tally) {
	s.Resources[kind] += t.all
	if t.failed > 0 {
		s.FailedResources[kind] += t.failed
	}
}

// earlier compares times, and serials where these are equal.
func earlier(a, b Moment) bool {
	return a.Millis < b.Millis || a.Millis == b.Millis && a.Serial < b.Serial
}
