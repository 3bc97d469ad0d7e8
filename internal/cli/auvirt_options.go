package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// auvirtOption is one option of auvirt. The parser for all other commands knows
// neither -ts, one option of two letters, nor a second value behind it.
type auvirtOption struct {
	long, short string // without dashes
	value       string // what its value is called; "" where it has none
	usage       string // with that in backquotes
	set         func(value string) error
	more        *string // takes a second value, where there is one
}

// auvirtDate is what --start and --end take.
const auvirtDate = "DATE [TIME]"

func (a *auvirtCommand) options() []auvirtOption {
	on := func(b *bool) func(string) error {
		return func(string) error { *b = true; return nil }
	}
	to := func(s *string) func(string) error {
		return func(v string) error { *s = v; return nil }
	}
	return []auvirtOption{
		{long: "all-events", short: "a", usage: "show all events", set: on(&a.allEvents)},
		{long: "summary", short: "s", usage: "only count the events", set: on(&a.summary)},
		{long: "file", short: "f", value: "FILE", usage: "read `FILE` or folder instead of the host's log; may be given again", set: a.addFile},
		{long: "stdin", usage: "read standard input", set: on(&a.stdin)},
		{long: "start", short: "ts", value: auvirtDate, usage: "only what was at `DATE [TIME]` or later; -ts is the same", set: a.start.set, more: &a.start.clock},
		{long: "end", short: "te", value: auvirtDate, usage: "only what was at `DATE [TIME]` or earlier; -te is the same", set: a.end.set, more: &a.end.clock},
		{long: "vm", short: "v", value: "NAME", usage: "only the guest called `NAME`", set: to(&a.vm)},
		{long: "uuid", short: "u", value: "UUID", usage: "only the guest with this `UUID`", set: a.setUUID},
		{long: "show-uuid", usage: "show the guests' uuids", set: on(&a.showUUID)},
		{long: "proof", usage: "show the ids of the events that prove each line", set: on(&a.proof)},
		{long: "debug", usage: "tell on standard error which lines were skipped, and why", set: on(&a.debug)},
		{long: "help", short: "h", usage: "help for auvirt", set: on(&a.help)},
	}
}

func (a *auvirtCommand) addFile(name string) error {
	a.files = append(a.files, name)
	return nil
}

func (a *auvirtCommand) setUUID(text string) error {
	if !isUUID(text) {
		return errors.New("that is no uuid")
	}
	a.uuid = text
	return nil
}

// isUUID tells whether a text is a uuid as auvirt wants it: with dashes, in any
// case.
func isUUID(text string) bool {
	parts := strings.Split(text, "-")
	if len(parts) != 5 {
		return false
	}
	for i, part := range parts {
		if len(part) != [...]int{8, 4, 4, 4, 12}[i] || strings.Trim(part, "0123456789abcdefABCDEF") != "" {
			return false
		}
	}
	return true
}

// parse reads a command line up to --help.
func (a *auvirtCommand) parse(args []string) error {
	options := a.options()
	for len(args) > 0 && !a.help {
		n, err := parseAuvirt(options, args)
		if err != nil {
			return err
		}
		args = args[n:]
	}
	if a.stdin && len(a.files) > 0 {
		return errors.New("--stdin and --file exclude each other")
	}
	return nil
}

// parseAuvirt reads the first option of some arguments, and tells how many it
// has taken.
func parseAuvirt(options []auvirtOption, args []string) (int, error) {
	text, value, joined := cutValue(args[0])
	if !strings.HasPrefix(text, "-") {
		return 0, fmt.Errorf("argument %q: a file comes behind -f, all else are options", args[0])
	}
	opt := findAuvirt(options, text)
	if opt == nil {
		return 0, fmt.Errorf("unknown option %q", text)
	}
	taken := 1
	switch {
	case opt.value == "" && joined:
		return 0, fmt.Errorf("option %s takes no value", text)
	case opt.value == "" || joined:
	case !isValue(args[1:]):
		return 0, fmt.Errorf("option %s needs a value", text)
	default:
		value, taken = args[1], 2
		if opt.more != nil && isValue(args[2:]) {
			taken = 3
		}
	}
	if err := opt.set(value); err != nil {
		return 0, fmt.Errorf("option %s %q: %w", text, value, err)
	}
	if taken == 3 {
		*opt.more = args[2]
	}
	return taken, nil
}

// cutValue takes --name=value apart.
func cutValue(arg string) (option, value string, joined bool) {
	if !strings.HasPrefix(arg, "--") {
		return arg, "", false
	}
	return strings.Cut(arg, "=")
}

// isValue tells whether the next argument is an option's value, and no option.
func isValue(args []string) bool { return len(args) > 0 && !strings.HasPrefix(args[0], "-") }

// findAuvirt finds an option as it is written.
func findAuvirt(options []auvirtOption, text string) *auvirtOption {
	name, long := strings.CutPrefix(text, "--")
	n := slices.IndexFunc(options, func(o auvirtOption) bool {
		if long {
			return o.long == name
		}
		return o.short != "" && text == "-"+o.short
	})
	if n < 0 {
		return nil
	}
	return &options[n]
}

// define shows the options to cobra, for help and the man page.
func (a *auvirtCommand) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	for _, o := range a.options() {
		letter := ""
		if len(o.short) == 1 {
			letter = o.short
		}
		if o.value == "" {
			flags.BoolP(o.long, letter, false, o.usage)
		} else {
			flags.StringP(o.long, letter, "", o.usage)
		}
	}
}

// completeAuvirt offers options, or the values of the one before.
func completeAuvirt(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	options := new(auvirtCommand).options()
	if len(args) > 0 {
		last := findAuvirt(options, args[len(args)-1])
		switch {
		case last == nil || last.value == "":
		case last.long == "file":
			return nil, cobra.ShellCompDirectiveDefault
		case last.value == auvirtDate:
			return completeTime(cmd, args, word)
		default:
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
	if word != "" { // cobra knows all the others
		return []string{"-ts", "-te"}, cobra.ShellCompDirectiveNoFileComp
	}
	var offers []string
	for _, o := range options {
		offers = append(offers, cobra.CompletionWithDesc("--"+o.long, strings.ReplaceAll(o.usage, "`", "")))
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}
