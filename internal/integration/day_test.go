//go:build linux

package integration

import (
	"slices"
	"testing"
)

// After each thing that is done to a guest, the trail names it, also where
// libvirt records nothing.
func TestDay(t *testing.T) {
	d := &day{host: startDayHost(t), uuids: map[string]string{}}
	d.host.bridges(t, "br-app", "br-dmz")
	d.service = startDayService(t, d.host)
	d.service.watching(t)
	d.life(t)
	d.devices(t)
	d.images(t)
	d.refused(t)
	d.hidden(t)
	d.ends(t)
	d.entropy(t)
	d.alone(t)
	for _, r := range d.rows {
		d.expect(t, r, once)
	}
	d.readRecords(t)
	d.nothingElse(t)
	compareTable(t, d.table())
	if *update && !t.Failed() {
		d.writeFacts(t)
	}
}

// nothingElse holds the day's findings to those that were claimed.
func (d *day) nothingElse(t *testing.T) {
	t.Helper()
	now := d.service.told(t)
	for i := range now.findings {
		f := &now.findings[i]
		claimed := slices.ContainsFunc(d.rows, func(r *dayRow) bool {
			return (r.guest == f.Name || f.Name == "") && slices.ContainsFunc(r.claims, func(c claim) bool {
				return c.when == inTheEnd && len(c.who(&told{findings: []dayFinding{*f}}, r)) > 0
			})
		})
		if !claimed {
			t.Errorf("%s", f)
		}
	}
}
