package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
)

// xmlFlags say which XML it is, and what the host is like.
type xmlFlags struct {
	live, defined bool
	channelDir    string
	securityModel string
}

func (f *xmlFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.live, "live", false, "the XML is that of a running guest: its ptys, channels and labels count")
	flags.BoolVar(&f.defined, "define", false, "sum up the memory as virsh define does: NUMA cells and memory devices count")
	flags.StringVar(&f.channelDir, "channel-dir", libvirtxml.DefaultChannelDir, "`DIR` of the sockets of channels that name none")
	flags.StringVar(&f.securityModel, "security-model", "", "the host's own `MODEL`, for a label that names none")
	cmd.MarkFlagsMutuallyExclusive("live", "define")
	_ = cmd.MarkFlagDirname("channel-dir")
	_ = cmd.RegisterFlagCompletionFunc("security-model", cobra.FixedCompletions(
		[]string{"selinux", "apparmor", "dac", "none"}, cobra.ShellCompDirectiveNoFileComp))
}

func (f *xmlFlags) options() libvirtxml.Options {
	o := libvirtxml.Options{Live: f.live, ChannelDir: f.channelDir, SecurityModel: f.securityModel}
	if f.defined {
		o.Memory = libvirtxml.MemoryDefined
	}
	return o
}

// guest reads a guest's XML. It warns where that leaves out what a later message
// must have again.
func (e *emitter) guest(name string) (*guest.Spec, error) {
	var d dice
	var spec *guest.Spec
	err := e.read(name, func(r io.Reader) (err error) {
		o := e.xml.options()
		o.Random = &d
		spec, err = libvirtxml.Parse(r, o)
		return err
	})
	if err == nil && d.thrown {
		fmt.Fprintf(e.std.Err, "virtaudit: warning: %s: a uuid or MAC address is missing: a random one is taken, another each time\n", shownName(name))
	}
	return spec, err
}

// device reads a device's XML.
func (e *emitter) device(name string, of guest.Virt) ([]guest.Resource, error) {
	var found []guest.Resource
	err := e.read(name, func(r io.Reader) (err error) {
		found, err = libvirtxml.ParseDevice(r, of, e.xml.options())
		return err
	})
	return found, err
}

// read opens what an argument names, and makes an error the one line about it.
func (e *emitter) read(name string, parse func(io.Reader) error) error {
	if name == "-" {
		return unreadXML(name, parse(e.std.In))
	}
	f, err := os.Open(name)
	if err != nil {
		return unreadXML(name, err)
	}
	defer f.Close()
	return unreadXML(name, parse(f))
}

// An xmlError says what is wrong with XML that an argument names.
type xmlError struct {
	name string
	err  error
}

func (e *xmlError) Error() string {
	return shownName(e.name) + ": " + strings.TrimPrefix(e.err.Error(), "libvirtxml: ")
}

func unreadXML(name string, err error) error {
	var path *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &path):
		err = path.Err // the line names the path already
	}
	return &xmlError{name, err}
}

// shownName gives an argument as it can be shown: quoted where it holds what
// isn't to be seen.
func shownName(name string) string {
	hidden := func(r rune) bool { return !strconv.IsPrint(r) }
	switch {
	case name == "-":
		return "standard input"
	case name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, hidden):
		return strconv.Quote(name)
	}
	return name
}

// dice are random bytes that know whether anybody needed them.
type dice struct{ thrown bool }

func (d *dice) Read(b []byte) (int, error) {
	d.thrown = true
	return rand.Read(b)
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
