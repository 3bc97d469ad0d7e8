package report

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// eventsHeader names the columns as JSON lines name the keys.
var eventsHeader = []string{
	"time", "event", "node", "uuid", "name", "session", "session_number",
	"type", "op", "reason", "kind", "id", "sub", "old", "result", "held",
	"marks", "out_of_order", "exe", "pid", "uid", "auid",
}

// eventsCSV writes a row an event, in the form that sessionsCSV tells of.
func eventsCSV(w io.Writer, events []*trail.Event, o Options) error {
	return observedCSV(w, slices.Concat(eventsHeader, o.csvProofHeader()), len(events), func(i int) []string {
		ev := events[i]
		return append(eventRow(ev), o.csvProof(ev.Node, eventProof(ev))...)
	}, []string{"by", "facts", "text"}, func(i int) []string {
		ev := events[i]
		return []string{string(ev.By), csvFacts(eventFacts(ev)), csvText(ev.Text)}
	})
}

// rowsCSV writes a header and rows.
func rowsCSV(w io.Writer, header []string, n int, row func(i int) []string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(header); err != nil {
		return err
	}
	for i := range n {
		if err := out.Write(row(i)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func eventRow(ev *trail.Event) []string {
	uuid, name := ev.Guest()
	row := []string{csvTime(ev.At), csvEvent(ev.At), csvText(ev.Node), csvText(uuid), csvText(name)}
	row = append(row, sessionColumns(ev.Session())...)
	row = append(row,
		typeName(ev.Type), csvText(ev.Op), csvText(ev.Reason),
		csvText(ev.Kind), csvText(ev.ID), csvText(ev.Sub), csvText(ev.Old),
		resultWord(ev), heldWord(ev), strings.Join(ev.Marks.Names(), "; "), trueIf(ev.Late),
	)
	return append(row, senderColumns(ev)...)
}

// sessionColumns name a session: by its start and by its number.
func sessionColumns(s *trail.Session) []string {
	if s == nil {
		return []string{"", ""}
	}
	return []string{csvEvent(s.Start), strconv.Itoa(s.Number)}
}

func senderColumns(ev *trail.Event) []string {
	if !sent(ev) {
		return []string{"", "", "", ""}
	}
	auid := ""
	if ev.Sender.AUID != unset {
		auid = strconv.FormatUint(uint64(ev.Sender.AUID), 10)
	}
	return []string{
		csvText(ev.Sender.Exe), strconv.FormatUint(uint64(ev.Sender.PID), 10),
		strconv.FormatUint(uint64(ev.Sender.UID), 10), auid,
	}
}
