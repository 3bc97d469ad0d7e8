package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest/libvirtxml"
)

// xmlFlags say which XML it is, and what the host is like.
type xmlFlags struct {
	live, defined, started bool
	channelDir             string
	securityModel          string
}

func (f *xmlFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.live, "live", false, "the XML is that of a running guest: its ptys, channels and labels count")
	flags.BoolVar(&f.defined, "define", false, "sum up the memory as virsh define does: NUMA cells and memory devices count")
	flags.BoolVar(&f.started, "started", false, "sum up the memory as virsh start does: as with --define, rounded up")
	flags.StringVar(&f.channelDir, "channel-dir", libvirtxml.DefaultChannelDir, "`DIR` of the sockets of channels that name none")
	flags.StringVar(&f.securityModel, "security-model", "", "the host's own `MODEL`, for a label that names none")
	_ = cmd.MarkFlagDirname("channel-dir")
	_ = cmd.RegisterFlagCompletionFunc("security-model", cobra.FixedCompletions(
		[]string{"selinux", "apparmor", "dac", "none"}, cobra.ShellCompDirectiveNoFileComp))
}

// check refuses XML of two sorts: in that of a running guest, all its memory is
// written down.
func (f *xmlFlags) check() error {
	var given []string
	for _, sort := range [...]struct {
		is   bool
		flag string
	}{{f.live, "--live"}, {f.defined, "--define"}, {f.started, "--started"}} {
		if sort.is {
			given = append(given, sort.flag)
		}
	}
	if len(given) > 1 {
		return fmt.Errorf("%s don't go together: the XML is of one sort", strings.Join(given, " and "))
	}
	return nil
}

func (f *xmlFlags) options() libvirtxml.Options {
	o := libvirtxml.Options{Live: f.live, ChannelDir: f.channelDir, SecurityModel: f.securityModel}
	switch {
	case f.defined:
		o.Memory = libvirtxml.MemoryDefined
	case f.started:
		o.Memory = libvirtxml.MemoryStarted
	}
	return o
}

// xmlArgs takes as many arguments as are named, standard input once.
func xmlArgs(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return fmt.Errorf("%d arguments: give %s", len(args), strings.Join(names, " and "))
		}
		return oneStdin(args)
	}
}

func oneStdin(args []string) error {
	read := false
	for _, a := range args {
		if a == "-" && read {
			return errors.New("- is given twice: standard input is one document")
		}
		read = read || a == "-"
	}
	return nil
}

// completeXML lets the shell complete that many XML files.
func completeXML(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return []string{"xml"}, cobra.ShellCompDirectiveFilterFileExt
	}
}
