package kaudit

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// The texts are those that libaudit 3.0.9 was seen to send.
func TestSuffix(t *testing.T) {
	for _, tc := range []struct{ exe, terminal, host, want string }{
		{"/usr/sbin/libvirtd", "", "vm", ` exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=`},
		{"/tmp/kx/c", "pts/0", "vm", ` exe="/tmp/kx/c" hostname=vm addr=? terminal=pts/0 res=`},
		{"/bin/x", "tty1", "vm", ` exe="/bin/x" hostname=vm addr=? terminal=tty1 res=`},
		{"/bin/x", "console", "vm", ` exe="/bin/x" hostname=? addr=? terminal=console res=`},
		{"/bin/x", "tty1", "", ` exe="/bin/x" hostname=? addr=? terminal=tty1 res=`},
		{"/my vm", "", "vm", ` exe=2F6D7920766D hostname=? addr=? terminal=? res=`},
		{"", "", "", ` exe="?" hostname=? addr=? terminal=? res=`},
		{"/b", "pts/1", strings.Repeat("h", 64), ` exe="/b" hostname=` + strings.Repeat("h", 63) + ` addr=? terminal=pts/1 res=`},
	} {
		s := newSender(tc.exe, tc.terminal, tc.host)
		if s.suffix(record.Success) != tc.want+"success" || s.suffix(record.Failed) != tc.want+"failed" {
			t.Errorf("%q\nwant %q", s.suffix(record.Success), tc.want+"success")
		}
	}
}
