package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
)

// guest reads a guest's XML.
func (e *emitter) guest(name string) (spec *guest.Spec, notes libvirtxml.Notes, err error) {
	err = e.read(name, func(r io.Reader) (err error) {
		o := e.xml.options()
		o.Notes = &notes
		spec, err = libvirtxml.Parse(r, o)
		return err
	})
	return spec, notes, err
}

// identity reads a guest of which its devices don't count. A message that can't
// be told to be of the same guest as a later one is warned of.
func (e *emitter) identity(name string) (*guest.Spec, error) {
	g, notes, err := e.guest(name)
	if err == nil && notes.NoUUID {
		e.warn("%s: the uuid is missing: a random one is taken, another each time", shownName(name))
	}
	return g, err
}

// whole reads a guest of which all counts.
func (e *emitter) whole(name string) (*guest.Spec, error) {
	g, notes, err := e.guest(name)
	if err != nil {
		return nil, err
	}
	if notes.NoUUID || notes.NoMAC {
		e.warn("%s: a uuid or MAC address is missing: a random one is taken, another each time", shownName(name))
	}
	e.warnRunning(name, notes.ID)
	return g, nil
}

// known reads a guest that is to be compared: nothing of it may be random.
func (e *emitter) known(name string) (*guest.Spec, error) {
	g, notes, err := e.guest(name)
	switch {
	case err != nil:
		return nil, err
	case notes.NoUUID:
		return nil, unreadXML(name, errors.New("the uuid is missing: by it two dumps are known to be of one guest"))
	case notes.NoMAC:
		return nil, unreadXML(name, errNoMAC)
	}
	e.warnRunning(name, notes.ID)
	return g, nil
}

// warnRunning warns once of a dump of a running guest, if no flag says how to
// read it.
func (e *emitter) warnRunning(name, id string) {
	if id == "" || e.saidRunning || e.xml.live || e.xml.defined || e.xml.started {
		return
	}
	e.saidRunning = true
	e.warn("%s is of a running guest (id %s); --live reads its ptys, channels and labels too", shownName(name), id)
}

// device reads a device's XML.
func (e *emitter) device(name string, of guest.Virt) (found []guest.Resource, notes libvirtxml.Notes, err error) {
	err = e.read(name, func(r io.Reader) (err error) {
		o := e.xml.options()
		o.Notes = &notes
		found, err = libvirtxml.ParseDevice(r, of, o)
		return err
	})
	return found, notes, err
}

var errNoMAC = errors.New("an interface's MAC address is missing: by it the guest's interfaces are known")

// knownDevice reads a device that the guest has.
func (e *emitter) knownDevice(name string, of guest.Virt) ([]guest.Resource, error) {
	found, notes, err := e.device(name, of)
	if err == nil && notes.NoMAC {
		return nil, unreadXML(name, errNoMAC)
	}
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
