package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/input"
	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/internal/when"
	"github.com/virtaudit/virtaudit/record"
)

func newWho(std Streams) *cobra.Command {
	q := whoQuestion{}
	cmd := &cobra.Command{
		Use:   "who RESOURCE " + inputsUse,
		Short: "Tell which guests held a resource, and when",
		Long: `Tell which guests held a resource of the host, from when to when, and how it
ended; and which asked for it in vain. A kind alone, such as disk, net, rng or
pci, is all of that kind; mem and vcpu are what each guest had. With --at, only
who held it at that moment, and who may have: such a row says why it is
uncertain. NAME#2 is the second session of a guest in the log.

Of a session whose start is not in the log it isn't known what it held from then
on. Where that matters the text names such sessions; programs get them by

    virtaudit sessions --format jsonl | jq 'select(.start == null and .state != "starting")'

libvirt records no attach of a random device, only its detach, and nothing of
network disks. A device rule (cgroup:/dev/kvm) allows and doesn't hold: rules
are shown where their kind is asked for.` + inputsHelp + storeHelp + filterHelp,
		Example: `  virtaudit who /dev/hwrng
  virtaudit who 52:54:00:5a:10:01 --at "2026-11-23 14:00" --proof
  virtaudit who pci:3b:00.1 kvm1=logs/kvm1 kvm2=logs/kvm2
  virtaudit who disk --since yesterday --format jsonl | jq -r .resource.id`,
		Args:              resourceFirst,
		ValidArgsFunction: completeWho,
		RunE: func(_ *cobra.Command, args []string) error {
			return q.run(std, args[0], args[1:])
		},
	}
	formatFlag(cmd, &q.format, "text", "jsonl", "csv")
	cmd.Flags().StringVar(&q.at, "at", "", "only who held it at this `TIME`")
	_ = cmd.RegisterFlagCompletionFunc("at", completeTime)
	q.flags.addOthers(cmd)
	q.flags.addShow(cmd)
	return cmd
}

// resourceFirst refuses a command line without a resource.
func resourceFirst(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("no RESOURCE: give one first, such as /dev/hwrng, 0000:3b:00.1, 52:54:00:5a:10:01, disk:/srv/web.img or disk")
	}
	return nil
}

// completeWho completes a resource, then inputs.
func completeWho(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return completeKind(cmd, args, text)
	}
	return completeInputs(cmd, args, text)
}

// whoQuestion is one run of who.
type whoQuestion struct {
	format string
	at     string
	flags  viewFlags
}

func (q *whoQuestion) run(std Streams, asked string, inputs []string) error {
	f, err := report.ParseFormat(q.format)
	if err != nil {
		return err
	}
	resource, err := trail.ParseResource(asked)
	if err != nil {
		return err
	}
	if err := q.stray(asked, inputs); err != nil {
		return err
	}
	if len(inputs) == 0 && isLog(asked) {
		fmt.Fprintf(std.Err, "virtaudit: %s is a log, and is taken for the RESOURCE: give that first, as in virtaudit who disk %[1]s\n", asked)
	}
	in := report.WhoInput{Asked: asked, Kind: resource.ID == ""}
	if in.First, in.Last, err = q.moment(); err != nil {
		return err
	}
	q.flags.held = resource
	v, readErr := q.flags.read(std, inputs, false)
	if v == nil || v.mute(f) {
		return readErr
	}
	defer v.close()
	since, until := v.Since, v.Until
	if !in.First.IsZero() {
		since, until = in.First, in.Last
	}
	gaps, err := v.gapsWithin(since, until)
	if err != nil {
		return failed(std, err)
	}
	v.unwatched = v.unread(gaps)
	if err := v.answer(&in, resource); err != nil {
		return failed(std, err)
	}
	err = output(std.Out, func(w *bufio.Writer) error {
		return errors.Join(report.Who(w, f, in, v.options), tellGaps(std, w, f, gaps, v.options))
	})
	return errors.Join(err, readErr)
}

// stray finds an argument that was meant as a flag's value, before the flags are
// read: half a time is no point in time.
func (q *whoQuestion) stray(asked string, inputs []string) error {
	if err := q.flags.strayProof(asked); err != nil {
		return err
	}
	return q.flags.strayValue(inputs)
}

// moment reads --at; both times are zero where it wasn't given.
func (q *whoQuestion) moment() (first, last time.Time, err error) {
	changed := q.flags.cmd.Flags().Changed
	switch {
	case !changed("at"):
		return first, last, nil
	case changed("since"), changed("until"):
		return first, last, errors.New("--at is a moment: there is no --since or --until beside it")
	}
	if first, last, err = when.At(q.at, q.flags.reference()); err != nil {
		err = fmt.Errorf("--at: %w", err)
	}
	return first, last, err
}

// answer fills in who held a resource.
func (v *view) answer(in *report.WhoInput, r trail.Resource) (err error) {
	in.From, in.To, in.LastSeen = v.summary.First, v.summary.Last, v.lastSeen
	all := trail.Who(v.sessions, r)
	claims := slices.DeleteFunc(slices.Clone(all), func(c trail.Claim) bool { return !v.Claim(&c) })
	if in.First.IsZero() {
		for _, c := range claims {
			in.Holders = append(in.Holders, trail.Holder{Claim: c})
		}
	} else {
		in.Holders = trail.HoldersAt(claims, in.First, in.Last, in.LastSeen)
		trail.MarkUnwatched(in.Holders, in.First, in.Last, v.unwatched)
	}
	if len(all) == 0 {
		if in.Near, err = v.near(r); err != nil {
			return err
		}
	}
	if len(in.Holders) == 0 || !in.First.IsZero() {
		in.Unknown, err = v.unknown(claims, in.First, in.Last)
	}
	return err
}

// everySession gives the sessions that read gives, and where that is nil, those
// of the view, which are all.
func (v *view) everySession(read func() ([]*trail.Session, error)) ([]*trail.Session, error) {
	if read == nil {
		return v.sessions, nil
	}
	return read()
}

// near gives resources that may be meant where nobody held what was asked for.
// What a kind that the catalogue doesn't have is called, the trail has with the
// record's key before it: thing=/y of kind bar, which somebody may call bar:/y.
func (v *view) near(r trail.Resource) ([]trail.Resource, error) {
	all, err := v.everySession(v.all)
	if err != nil {
		return nil, err
	}
	near := trail.Near(all, r)
	kind, id, ok := strings.Cut(r.ID, ":")
	if r.Kind != "" || !ok || kind == "" {
		return near, nil
	}
	for _, c := range trail.Who(all, trail.Resource{Kind: kind}) {
		_, value, keyed := strings.Cut(c.Resource.ID, "=")
		if keyed && strings.EqualFold(value, id) && !slices.Contains(near, c.Resource) {
			near = append(near, c.Resource)
		}
	}
	return near, nil
}

// unknown gives the sessions whose start is not in the log, and of which it is
// not said that they held what the claims are of: they may have, at some moment
// from first to last, or ever.
func (v *view) unknown(claims []trail.Claim, first, last time.Time) ([]*trail.Session, error) {
	all, err := v.everySession(v.unstarted)
	if err != nil {
		return nil, err
	}
	filter := v.Filter
	if !first.IsZero() {
		filter.Since, filter.Until = first, last
	}
	known := map[*trail.Session]bool{}
	for _, c := range claims {
		known[c.Session] = true
	}
	var unknown []*trail.Session
	for _, s := range all {
		if !known[s] && !s.StartKnown() && filter.Session(s) {
			unknown = append(unknown, s)
		}
	}
	return unknown, nil
}

// typeName names a type for a journal, which has its number alone.
func typeName(n uint16) string { return record.Type(n).String() }

// isLog tells whether somebody gave a log in the place of the resource: a file
// that begins with an audit record.
func isLog(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	sources, _ := input.Expand([]string{name}, input.Options{TypeName: typeName})
	if len(sources) == 0 {
		return false
	}
	text, err := sources[0].Open()
	if err != nil {
		return false
	}
	defer text.Close()
	line, _ := bufio.NewReader(io.LimitReader(text, maxWatched)).ReadBytes('\n')
	var r record.Record
	return r.Parse(bytes.TrimRight(line, "\n")) == nil
}
