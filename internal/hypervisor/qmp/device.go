package qmp

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Where QOM has devices: those with an id, those without, and the board's own.
const (
	withID    = "/machine/peripheral/"
	withoutID = "/machine/peripheral-anon/"
	ofBoard   = "/machine/unattached/"
)

// maxDevices is how many devices are looked at.
const maxDevices = 4096

// The properties by which devices have something of the host.
var hostProperties = []string{"rng", "netdev", "chardev", "memdev", "drive"}

// maxTypes is how many types of devices are remembered. QEMU has 600.
const maxTypes = 1024

// typeCache holds, by type of device, which of hostProperties it has.
type typeCache struct {
	mu    sync.Mutex
	types map[string][]string
}

func (t *typeCache) get(name string) (properties []string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	properties, ok = t.types[name]
	return properties, ok
}

func (t *typeCache) put(name string, properties []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.types == nil || len(t.types) >= maxTypes {
		t.types = map[string][]string{}
	}
	t.types[name] = properties
}

// hosted is a device with something of the host.
type hosted struct {
	Device
	properties []string
}

func (h *hosted) has(property string) bool { return slices.Contains(h.properties, property) }

// object is an entry of qom-list.
type object struct{ Name, Type string }

// child gives the type of an object that is below the one that lists it.
func (o object) child() (string, bool) {
	inner, ok := strings.CutPrefix(o.Type, "child<")
	return strings.TrimSuffix(inner, ">"), ok
}

// pathArg is the argument of qom-list.
type pathArg struct {
	Path string `json:"path"`
}

// propertyArg is that of qom-get.
type propertyArg struct {
	Path     string `json:"path"`
	Property string `json:"property"`
}

// list gives what is below a QOM path, as full paths, sorted.
func (a *asker) list(path string) ([]Device, error) {
	var all list[object]
	if err := a.ask("qom-list", pathArg{strings.TrimSuffix(path, "/")}, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var found []Device
	for _, o := range all {
		if kind, ok := o.child(); ok {
			found = append(found, Device{path + o.Name, kind})
		}
	}
	slices.SortFunc(found, func(a, b Device) int { return strings.Compare(a.Path, b.Path) })
	return found, nil
}

// get reads a property.
func (a *asker) get(path, property string, out any) error {
	if err := a.ask("qom-get", propertyArg{path, property}, out); err != nil {
		return fmt.Errorf("%s of %s: %w", property, path, err)
	}
	return nil
}

func (a *asker) devices() error {
	for _, folder := range []string{withID, withoutID, ofBoard} {
		all, err := a.list(folder)
		if err != nil {
			return err
		}
		for _, d := range all {
			if err := a.device(d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *asker) device(d Device) error {
	board := strings.HasPrefix(d.Path, ofBoard)
	if board && !strings.HasPrefix(d.Path, ofBoard+"device[") {
		return nil // an interrupt line or a memory region
	}
	if len(a.s.Devices) >= maxDevices {
		return fmt.Errorf("more than %d devices", maxDevices)
	}
	properties, err := a.properties(d)
	if err != nil {
		return err
	}
	if len(properties) > 0 {
		a.hosted = append(a.hosted, hosted{d, properties})
	}
	if len(properties) > 0 || !board {
		a.s.Devices = append(a.s.Devices, d)
	}
	return nil
}

// properties gives those of hostProperties that a device has. Devices of a type
// have the same.
func (a *asker) properties(d Device) ([]string, error) {
	if known, ok := a.client.types.get(d.Type); ok {
		return known, nil
	}
	var all list[object]
	if err := a.ask("qom-list", pathArg{d.Path}, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", d.Path, err)
	}
	var found []string
	for _, o := range all {
		if slices.Contains(hostProperties, o.Name) {
			found = append(found, o.Name)
		}
	}
	a.client.types.put(d.Type, found)
	return found, nil
}

// with gives the devices that have a property.
func (a *asker) with(property string) []Device {
	var found []Device
	for _, h := range a.hosted {
		if h.has(property) {
			found = append(found, h.Device)
		}
	}
	return found
}
