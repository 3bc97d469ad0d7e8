package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A Status is what the service says of itself, as its API has it.
type Status struct {
	Version  string         `json:"version"`
	Node     string         `json:"node"`
	Now      *StatusTime    `json:"now"`
	Started  *StatusTime    `json:"started"`
	Ready    bool           `json:"ready"`
	Reasons  []string       `json:"reasons"`
	Sources  []StatusSource `json:"sources"`
	Store    StatusStore    `json:"store"`
	Emit     string         `json:"emit"`
	Running  int64          `json:"running"`
	Warnings []string       `json:"warnings"`
	Demo     bool           `json:"demo"`
}

// A StatusSource is one thing that the service watches.
type StatusSource struct {
	Name         string      `json:"name"`
	State        string      `json:"state"`
	Since        *StatusTime `json:"since"`
	Seen         *StatusTime `json:"seen"`
	Lag          *int64      `json:"lag_ms"`
	Problem      string      `json:"problem"`
	Records      int64       `json:"records"`
	Observations int64       `json:"observations"`
	Lost         int64       `json:"lost"`
}

// A StatusStore is how the service's store is.
type StatusStore struct {
	Path   string      `json:"path"`
	Bytes  int64       `json:"bytes"`
	Facts  int64       `json:"facts"`
	Full   bool        `json:"full"`
	Oldest *StatusTime `json:"oldest"`
	Newest *StatusTime `json:"newest"`
}

// A StatusTime is a point in time.
type StatusTime struct {
	MS int64 `json:"ms"`
}

func (t *StatusTime) moment() trail.Moment {
	if t == nil {
		return trail.Moment{}
	}
	return trail.Moment{Millis: t.MS}
}

// StatusText writes how the service is for people.
func StatusText(w io.Writer, s *Status, o Options) error {
	out := bufio.NewWriter(w)
	v := statusView{Options: o, Status: s, out: out}
	v.head()
	v.store()
	v.sources()
	for _, text := range s.Warnings {
		v.line(yellow, "warning: "+text)
	}
	return out.Flush()
}

// statusView shows a status.
type statusView struct {
	Options
	*Status
	out *bufio.Writer
}

func (v *statusView) line(colour style, text string) {
	v.paragraph(v.out, "", v.paint(colour, unhidden(text)))
}

func (v *statusView) head() {
	about := fmt.Sprintf("virtaudit %s on %s, since %s (%s)", escaped(v.Version), listed(v.Node),
		v.time(v.Started.moment()), v.zone(v.Started.moment()))
	if v.Demo {
		about += ", with the demonstration's trail"
	}
	v.line(bold, about)
	if v.Ready {
		v.line(green, "ready; "+count(v.Running, "guest")+" running")
	}
	for _, text := range v.Reasons {
		v.line(red, "not ready: "+text)
	}
	if v.Emit != "" && v.Emit != "off" {
		v.line(plain, "emits records that are "+escaped(v.Emit))
	}
}

func (v *statusView) store() {
	s := &v.Store
	text := fmt.Sprintf("store %s: %s, %s", listed(s.Path), size(s.Bytes), count(s.Facts, "fact"))
	if oldest := s.Oldest.moment(); oldest != (trail.Moment{}) {
		text += ", " + v.time(oldest) + " to " + v.time(s.Newest.moment())
	}
	if s.Full {
		text += ", FULL"
	}
	v.line(plain, text)
}

// sources writes a table, or paragraphs where the terminal is too narrow.
func (v *statusView) sources() {
	t := table{Options: v.Options}
	rows := [][]string{{"SOURCE", "STATE", "SINCE", "SEEN", "RECORDS", "OBSERVATIONS", "LOST", "PROBLEM"}}
	for i := range v.Sources {
		rows = append(rows, v.cells(&v.Sources[i]))
	}
	for _, cells := range rows {
		t.measure(cells...)
	}
	v.out.WriteByte('\n')
	if t.fits(leastRoom) {
		t.row(v.out, rows[0], bolds(len(rows[0]))...)
		for _, cells := range rows[1:] {
			t.row(v.out, cells, plain, stateColour(cells[1]))
		}
		return
	}
	for _, cells := range rows[1:] {
		v.paragraph(v.out, "", v.paint(bold, cells[0])+", "+v.paint(stateColour(cells[1]), cells[1])+" since "+cells[2])
		v.paragraph(v.out, indent, fmt.Sprintf("seen up to %s; %s records, %s observations, %s lost", cells[3], cells[4], cells[5], cells[6]))
		if cells[7] != "" {
			v.paragraph(v.out, indent, cells[7])
		}
	}
}

func (v *statusView) cells(s *StatusSource) []string {
	seen := v.time(s.Seen.moment())
	if s.Lag != nil && *s.Lag >= time.Second.Milliseconds() {
		seen += ", " + seconds(*s.Lag/1000) + " behind"
	}
	return []string{
		listed(s.Name), escaped(s.State), v.time(s.Since.moment()), seen,
		number(s.Records), number(s.Observations), number(s.Lost), escaped(s.Problem),
	}
}

func stateColour(state string) style {
	switch state {
	case "up":
		return green
	case "down":
		return red
	}
	return yellow
}

// size gives a number of bytes in the largest unit that it is one of.
func size(bytes int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	n, unit := float64(bytes), 0
	for n >= 1024 && unit < len(units)-1 {
		n, unit = n/1024, unit+1
	}
	if unit == 0 {
		return number(bytes) + " " + units[0]
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") + " " + units[unit]
}
