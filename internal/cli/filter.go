package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/internal/when"
)

// filterHelp explains the flags of every command that shows a part of a trail.
const filterHelp = `

Records prove all that is shown. In text, --proof has the ids of their events, or
their lines, below it; jsonl and csv have the ids anyway, and with =records also
the lines: of each event 16 at most.

The filters choose what is shown and never change what is known: a session
begins where it began, however late --since is, and a stop is no orphan because
its start was before. NAME is a name or a shell pattern, whatever the case, and
of a guest it may be the uuid; of several, one must match. RESOURCE is a path, a
PCI or USB address, a MAC, kind:identity, or a kind alone. TIME is in the zone
of the times that are shown, and one of

` + when.Help

// filterFlags are those that choose what is shown.
type filterFlags struct {
	cmd                    *cobra.Command
	guests, nodes          []string
	resource, since, until string
}

func (f *filterFlags) add(cmd *cobra.Command) {
	f.addOthers(cmd)
	cmd.Flags().StringVar(&f.resource, "resource", "", "only what concerns this `RESOURCE`")
	_ = cmd.RegisterFlagCompletionFunc("resource", completeKind)
}

// addOthers adds all flags but --resource.
func (f *filterFlags) addOthers(cmd *cobra.Command) {
	f.cmd = cmd
	flags := cmd.Flags()
	flags.StringArrayVar(&f.guests, "guest", nil, "only guests of this `NAME`, uuid or pattern; can be repeated")
	flags.StringArrayVar(&f.nodes, "node", nil, "only hosts of this `NAME` or pattern; can be repeated")
	flags.StringVar(&f.since, "since", "", "only what was at this `TIME` or later")
	flags.StringVar(&f.until, "until", "", "only what was at this `TIME` or earlier")
	_ = cmd.RegisterFlagCompletionFunc("since", completeTime)
	_ = cmd.RegisterFlagCompletionFunc("until", completeTime)
	for _, name := range [...]string{"guest", "node"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
}

// completeTime offers the words that name a time.
func completeTime(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"now", "recent", "today", "yesterday", "week-ago", "this-week", "this-month", "this-year", "boot"}, cobra.ShellCompDirectiveNoFileComp
}

// completeKind offers the kinds of resources, and file names for paths.
func completeKind(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return trail.Kinds(), cobra.ShellCompDirectiveDefault
}

// filter reads the flags. Times without a zone are in that of the reference.
func (f *filterFlags) filter(ref when.Reference) (filter trail.Filter, err error) {
	if err := addAll(f.guests, filter.AddGuest); err != nil {
		return filter, err
	}
	if err := addAll(f.nodes, filter.AddNode); err != nil {
		return filter, err
	}
	if f.cmd.Flags().Changed("resource") {
		r, err := trail.ParseResource(f.resource)
		if err != nil {
			return filter, err
		}
		filter.Resource = &r
	}
	if filter.Since, err = f.time("since", f.since, when.Since, ref); err != nil {
		return filter, err
	}
	if filter.Until, err = f.time("until", f.until, when.Until, ref); err != nil {
		return filter, err
	}
	if !filter.Since.IsZero() && !filter.Until.IsZero() && filter.Until.Before(filter.Since) {
		return filter, fmt.Errorf("--until %s is before --since %s", f.until, f.since)
	}
	return filter, nil
}

func addAll(patterns []string, add func(string) error) error {
	for _, p := range patterns {
		if err := add(p); err != nil {
			return err
		}
	}
	return nil
}

// times are the flags that hold a time, and how each is read.
var times = []struct {
	name string
	read func(string, when.Reference) (time.Time, error)
}{
	{"since", when.Since},
	{"until", when.Until},
	{"at", func(text string, ref when.Reference) (time.Time, error) {
		first, _, err := when.At(text, ref)
		return first, err
	}},
}

// restOfTime gives the flag as it may be meant of which an argument is the second
// word, as in --since 2026-10-26 14:00 and --since 2h ago; "" if there is none.
func (f *filterFlags) restOfTime(arg string) string {
	ref := when.Reference{Now: time.Now(), Boot: bootTime}
	for _, t := range times {
		flag := f.cmd.Flags().Lookup(t.name)
		if flag == nil || !flag.Changed {
			continue
		}
		whole := flag.Value.String() + " " + arg
		if _, err := t.read(whole, ref); err == nil {
			return fmt.Sprintf("--%s %q", t.name, whole)
		}
	}
	return ""
}

// time reads a flag that holds a time, where it was given.
func (f *filterFlags) time(name, text string, read func(string, when.Reference) (time.Time, error), ref when.Reference) (time.Time, error) {
	if !f.cmd.Flags().Changed(name) {
		return time.Time{}, nil
	}
	t, err := read(text, ref)
	if err != nil {
		return t, fmt.Errorf("--%s: %w", name, err)
	}
	return t, nil
}
