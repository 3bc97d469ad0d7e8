package qmp

import (
	"math"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// objectFolder is where QOM has backends.
const objectFolder = "/objects/"

// rngs are the backends: those of devices, in the order of these, then those
// that no device uses.
func (a *asker) rngs() error {
	if err := a.need(devicesPart, chardevsPart); err != nil {
		return err
	}
	objects, err := a.list(objectFolder)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, d := range a.with("rng") {
		r, err := a.rngOf(d)
		if err != nil {
			return err
		}
		used[r.Object] = true
		a.addRNG(r)
	}
	for _, o := range objects {
		if used[o.Path] || !strings.HasPrefix(o.Type, "rng-") {
			continue
		}
		r, err := a.backend(o)
		if err != nil {
			return err
		}
		a.addRNG(r)
	}
	return nil
}

func (a *asker) addRNG(r RNG) {
	a.s.RNGs = append(a.s.RNGs, r)
	a.s.Spec.RNGs = append(a.s.Spec.RNGs, r.RNG)
}

// rngOf asks for a device's backend and rate.
func (a *asker) rngOf(d Device) (RNG, error) {
	var path, kind string
	if err := a.get(d.Path, "rng", &path); err != nil {
		return RNG{}, err
	}
	if err := a.get(path, "type", &kind); err != nil {
		return RNG{}, err
	}
	r, err := a.backend(Device{path, kind})
	if err != nil {
		return RNG{}, err
	}
	r.Device = d.Path
	if err := a.get(d.Path, "max-bytes", &r.MaxBytes); err != nil {
		return RNG{}, err
	}
	if r.MaxBytes == math.MaxInt64 { // QEMU's default
		r.MaxBytes = 0
		return r, nil
	}
	return r, a.get(d.Path, "period", &r.Period)
}

// backend asks for what is behind a backend. One of a type that isn't known
// has that as its name.
func (a *asker) backend(o Device) (RNG, error) {
	r := RNG{Object: o.Path, RNG: guest.RNG{Backend: guest.RNGBackend(strings.TrimPrefix(o.Type, "rng-"))}}
	switch r.Backend {
	case guest.RNGRandom:
		return r, a.get(o.Path, "filename", &r.Path)
	case guest.RNGEGD:
		source, _, err := a.sourceOf(o.Path)
		r.Source = source
		return r, err
	}
	return r, nil
}
