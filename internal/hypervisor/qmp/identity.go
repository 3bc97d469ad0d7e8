package qmp

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// noUUID is what QEMU says where it was given none.
const noUUID = "00000000-0000-0000-0000-000000000000"

func (a *asker) uuid() error {
	var is struct{ UUID string }
	err := a.ask("query-uuid", nil, &is)
	if is.UUID != noUUID {
		a.s.Spec.UUID = strings.ToLower(is.UUID)
	}
	return err
}

func (a *asker) name() error {
	var is struct{ Name string }
	err := a.ask("query-name", nil, &is)
	a.s.Spec.Name = is.Name
	return err
}

func (a *asker) virt() error {
	var is struct{ Enabled bool }
	err := a.ask("query-kvm", nil, &is)
	a.s.Spec.Virt = guest.QEMU
	if is.Enabled {
		a.s.Spec.Virt = guest.KVM
	}
	return err
}

func (a *asker) status() error {
	var is struct{ Status Status }
	err := a.ask("query-status", nil, &is)
	a.s.Status = is.Status
	return err
}

func (a *asker) vcpus() error {
	n, err := a.count("query-cpus-fast")
	a.s.Spec.VCPUs = guest.VCPUs(n)
	return err
}

func (a *asker) ioThreads() error {
	n, err := a.count("query-iothreads")
	a.s.Spec.IOThreads = guest.IOThreads(n)
	return err
}

func (a *asker) count(command string) (int, error) {
	var all list[struct{}]
	err := a.ask(command, nil, &all)
	return len(all), err
}

func (a *asker) memory() error {
	var is struct {
		Base    uint64 `json:"base-memory"`
		Plugged uint64 `json:"plugged-memory"`
	}
	err := a.ask("query-memory-size-summary", nil, &is)
	a.s.Spec.Memory = guest.Memory(is.Base>>10 + is.Plugged>>10)
	return err
}
