package qmp

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// interfaces are known by the address that they were given. QEMU doesn't say
// what they are connected to.
func (a *asker) interfaces() error {
	if err := a.need(devicesPart); err != nil {
		return err
	}
	for _, d := range a.with("netdev") {
		var mac string
		if err := a.get(d.Path, "mac", &mac); err != nil {
			return err
		}
		a.s.Spec.Interfaces = append(a.s.Spec.Interfaces, guest.Interface{MAC: strings.ToLower(mac)})
	}
	return nil
}
