package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// auvirtPeriod is the time of a line. A word stands for the end of what no
// record ended.
type auvirtPeriod struct {
	from    trail.Moment // zero where it is not in the log
	seen    trail.Moment // by when it had begun, if from is zero
	to      trail.Moment
	word    string
	after   trail.Moment // bounds of an uncertain end
	before  trail.Moment
	instant bool // there is no end to speak of
}

// What stands for an end: of a start or an operation that failed, of one of
// which no more is in the log, and of a session that ended without a stop, by a
// crash, with its host, or in a way that is unknown.
const (
	wordFailed   = "failed"
	wordStarting = "starting"
	wordCrash    = "crash"
	wordDown     = "down"
	wordLost     = "lost"
)

// end ends a period with a session.
func (p *auvirtPeriod) end(s *trail.Session) {
	p.to, p.after, p.before = s.End, s.EndAfter, s.EndBefore
	switch {
	case s.State == trail.Lost && s.End != (trail.Moment{}):
		p.word = wordCrash
	case (s.State == trail.Lost || s.State == trail.Starting) && s.EndReason == "host booted":
		p.word = wordDown
	case s.State == trail.Lost || s.State == trail.Starting && s.EndReason != "":
		p.word = wordLost
	case s.State == trail.Starting:
		p.word = wordStarting
	}
}

// ended ends the period of a holding.
func (p *auvirtPeriod) ended(how trail.Ended, to trail.Moment, s *trail.Session) {
	switch {
	case how == "" || how == trail.ByLoss:
		p.end(s)
	case to == (trail.Moment{}): // the records contradict each other
		p.word = unknown
	default:
		p.to = to
	}
}

func (p *auvirtPeriod) begin() trail.Moment { return cmp.Or(p.from, p.seen) }

// lastKnown is when it had surely ended; zero if it goes on.
func (p *auvirtPeriod) lastKnown() trail.Moment {
	if p.instant || p.word == wordFailed {
		return p.from
	}
	return cmp.Or(p.to, p.before)
}

// auvirtTime is as ctime(3) writes times, and last(1).
const auvirtTime = "Mon Jan _2 15:04:05 2006"

func (o Options) stamp(m trail.Moment) string {
	return m.Time().In(o.location()).Format(auvirtTime)
}

// text gives the period: from when to when, and for how long.
func (p *auvirtPeriod) text(o Options) string {
	text := ""
	if p.from == (trail.Moment{}) {
		text = "before " + o.stamp(p.seen)
	} else {
		text = o.stamp(p.from)
	}
	switch {
	case p.word != "":
		text += " - " + p.word + strings.Repeat(" ", max(0, len(auvirtTime)-len(p.word)))
	case p.to != (trail.Moment{}):
		text += " - " + o.stamp(p.to)
	}
	if lasted := p.lasted(); lasted != "" {
		return text + " (" + lasted + ")"
	}
	return strings.TrimRight(text, " ")
}

// lasted gives how long it was, as far as the log proves it: > marks the least,
// < the most that it can have been.
func (p *auvirtPeriod) lasted() string {
	known := p.from != (trail.Moment{})
	atLeast := cmp.Or(p.to, p.after)
	switch {
	case known && p.to != (trail.Moment{}):
		return auvirtDuration(p.from, p.to)
	case atLeast.Millis-p.begin().Millis >= 1000:
		return ">" + auvirtDuration(p.begin(), atLeast)
	case known && p.before.Millis > p.from.Millis:
		return "<" + auvirtDuration(p.from, p.before)
	}
	return ""
}

// auvirtDuration gives a duration as auvirt and last(1) do, with its seconds:
// DAYS+HH:MM:SS.
func auvirtDuration(from, to trail.Moment) string {
	sign, s := "", to.Time().Unix()-from.Time().Unix()
	if s < 0 {
		sign, s = "-", -s
	}
	clock := fmt.Sprintf("%02d:%02d:%02d", s/3600%24, s/60%60, s%60)
	if days := s / 86400; days > 0 {
		return fmt.Sprintf("%s%d+%s", sign, days, clock)
	}
	return sign + clock
}
