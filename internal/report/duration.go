package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// duration gives the time from one moment to another in days, hours, minutes
// and seconds, from the largest that is there down to seconds. It is that
// between the times as they are shown, without their milliseconds. It is
// negative where the clock was set back.
func duration(from, to trail.Moment) string {
	return seconds(to.Time().Unix() - from.Time().Unix())
}

// atLeast and atMost give bounds of a duration, to the second that is sure.
func atLeast(from, to trail.Moment) string { return ">" + seconds((to.Millis-from.Millis)/1000) }

func atMost(from, to trail.Moment) string { return "<" + seconds((to.Millis-from.Millis+999)/1000) }

func seconds(s int64) string {
	sign := ""
	if s < 0 {
		sign, s = "-", -s
	}
	switch d, h, m := s/86400, s/3600%24, s/60%60; {
	case d > 0:
		return fmt.Sprintf("%s%dd %dh %dm %ds", sign, d, h, m, s%60)
	case h > 0:
		return fmt.Sprintf("%s%dh %dm %ds", sign, h, m, s%60)
	case m > 0:
		return fmt.Sprintf("%s%dm %ds", sign, m, s%60)
	}
	return fmt.Sprintf("%s%ds", sign, s)
}

// none stands in a text's table where there is nothing to say.
const none = "-"

func (o Options) time(m trail.Moment) string {
	if m == (trail.Moment{}) {
		return none
	}
	return m.Time().In(o.location()).Format("2006-01-02 15:04:05")
}

// bounds gives two moments between which something was: to the millisecond where
// the second doesn't tell them apart.
func (o Options) bounds(after, before trail.Moment) (from, to string) {
	if from, to = o.time(after), o.time(before); from != to || after.Millis == before.Millis {
		return from, to
	}
	return after.Time().In(o.location()).Format(millis), before.Time().In(o.location()).Format(millis)
}

// zone names the time zone of a text: by its place in the world, or where that
// has no name by the abbreviations that hold at the given moments.
func (o Options) zone(moments ...trail.Moment) string {
	loc := o.location()
	if name := loc.String(); name != "Local" && name != "" {
		return name
	}
	var names []string
	seen := map[string]bool{}
	for _, m := range moments {
		if m == (trail.Moment{}) {
			continue
		}
		if name := m.Time().In(loc).Format("MST"); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return cmp.Or(strings.Join(names, "/"), "local time")
}
