package proc

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

// A Resolver finds what paths of this host lead to. It is safe for use by several
// goroutines.
type Resolver struct {
	host *Host
	// turn is had while a path is looked up that the kernel doesn't know without
	// asking a file system, which may be on a server that doesn't answer.
	turn sync.Mutex
	// late is of the last one that didn't answer in time; it is closed when it
	// has. It is looked at by whose turn it is.
	late chan struct{}
}

// A Target is what a path leads to.
type Target struct {
	Path   string // without links
	Kind   Kind
	Device guest.DeviceNumber // of a Block or Char
}

// maxAsked is how long it may take to look up a path.
const maxAsked = time.Second

// ErrBusy is why a path isn't looked up: one before it waits for its server.
var ErrBusy = errors.New("a file system doesn't answer")

// NewResolver makes one of a host.
func NewResolver(h *Host) *Resolver { return &Resolver{host: h} }

// Resolve gives what an absolute path leads to. No file is opened by it.
func (r *Resolver) Resolve(path string) (Target, error) {
	if at, err := pinCached(r.host.path(path)); err == nil {
		return r.target(at)
	}
	return r.ask(path)
}

// ask looks a path up that may take time, one at a time.
func (r *Resolver) ask(path string) (Target, error) {
	r.turn.Lock()
	defer r.turn.Unlock()
	if !r.answers() {
		return Target{}, ErrBusy
	}
	var (
		found Target
		err   error
		done  = make(chan struct{})
	)
	go func() {
		defer close(done)
		var at folder
		if at, err = pinPath(r.host.path(path)); err == nil {
			found, err = r.target(at)
		}
	}()
	late := time.NewTimer(maxAsked)
	defer late.Stop()
	select {
	case <-done:
		return found, err
	case <-late.C:
		r.late = done
		return Target{}, ErrBusy
	}
}

// answers says whether the last file system that was late has answered since.
func (r *Resolver) answers() bool {
	if r.late == nil {
		return true
	}
	select {
	case <-r.late:
		r.late = nil
		return true
	default:
		return false
	}
}

func (r *Resolver) target(at folder) (Target, error) {
	defer at.close()
	s, err := at.statusHere()
	if err != nil {
		return Target{}, err
	}
	var buffer [4 << 10]byte
	path, err := at.path(buffer[:])
	if err != nil {
		return Target{}, err
	}
	t := Target{Path: string(path), Kind: s.kind}
	if root := strings.TrimSuffix(r.host.root, "/"); root != "" {
		t.Path = strings.TrimPrefix(t.Path, root)
	}
	if s.kind == Block || s.kind == Char {
		t.Device = s.device
	}
	return t, nil
}

// SCSIGeneric gives the path of the generic device of a SCSI device, whose
// address is HOST:BUS:TARGET:UNIT; "" where there is none.
func (r *Resolver) SCSIGeneric(address string) string {
	if address == "" || strings.Trim(address, "0123456789:") != "" {
		return ""
	}
	at, err := openFolder(r.host.path("sys", "bus", "scsi", "devices", address))
	if err != nil {
		return ""
	}
	defer at.close()
	found := ""
	err = at.each("scsi_generic", func(name string) bool {
		found = "/dev/" + name
		return false
	})
	if err != nil {
		return ""
	}
	return found
}

// Macvtap gives the path of the device behind an interface that is a macvtap;
// "" where there is none.
func (r *Resolver) Macvtap(name string) string {
	if name == "" || strings.Contains(name, "/") || name[0] == '.' {
		return ""
	}
	at, err := openFolder(r.host.path("sys", "class", "net", name))
	if err != nil {
		return ""
	}
	defer at.close()
	var buffer [32]byte
	text, _, err := at.read("ifindex", buffer[:])
	if err != nil {
		return ""
	}
	index, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return ""
	}
	return "/dev/tap" + strconv.FormatUint(index, 10)
}
