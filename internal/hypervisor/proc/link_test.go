package proc

import (
	"fmt"
	"slices"
	"testing"
)

func TestLink(t *testing.T) {
	sight := func(pid, parent int, program Program) *Sight {
		return &Sight{Process: Process{PID: pid, Parent: parent, Program: program}}
	}
	web, db := sight(1, 0, QEMU), sight(2, 0, CloudHypervisor)
	web.sockets = []uint64{10, 11}
	web.Process.claims.sockets = []string{"/run/web-fs.sock", "/run/web-tpm.sock", "/run/both.sock"}
	db.sockets = []uint64{20}
	db.Process.claims.sockets = []string{"/run/both.sock"}

	connected := sight(31, 0, Virtiofsd)
	connected.peers, connected.names = []uint64{99, 11}, []string{"/run/web-fs.sock"}
	waiting := sight(30, 0, Virtiofsd) // the parent of the one that serves
	connected.Process.Parent = 30
	child := sight(32, 2, SWTPM)
	heir := sight(33, 32, SWTPM)
	bound := sight(34, 0, Virtiofsd)
	bound.names = []string{"/run/web-fs.sock"}
	named := sight(35, 0, SWTPM)
	named.Process.claims.sockets = []string{"/run/web-tpm.sock"}
	both := sight(36, 0, StorageDaemon)
	both.names = []string{"/run/both.sock"}
	stranger := sight(37, 1000, Passt)
	stranger.peers, stranger.names = []uint64{12}, []string{"/run/other.sock"}

	var got []string
	for _, h := range Link([]*Sight{heir, stranger, waiting, both, web, connected, child, bound, named, db}) {
		got = append(got, fmt.Sprintf("%d of %d %s", h.Helper.PID, h.Guest.PID, h.How))
	}
	slices.Sort(got)
	want := []string{
		"30 of 1 child", "31 of 1 connected", "32 of 2 child", "33 of 2 child", "34 of 1 bound",
		"35 of 1 named", "36 of 1 bound", "36 of 2 bound",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
