package kaudit

import (
	"os"
	"strings"
	"sync"

	"github.com/virtaudit/virtaudit/record"
)

// sender is what libaudit's audit_log_user_message appends to a text, by the
// result, when it is given neither host nor terminal.
type sender struct{ success, failed string }

// suffix gives what follows a text.
func (s sender) suffix(r record.Result) string {
	if r == record.Success {
		return s.success
	}
	return s.failed
}

// thisProcess is the sender that this process is. It looks once: libaudit does
// so for the program, and a process rarely changes its terminal.
var thisProcess = sync.OnceValue(func() sender {
	exe, _ := os.Readlink("/proc/self/exe") // elsewhere than on Linux, none
	host, _ := os.Hostname()
	return newSender(exe, terminal(), host)
})

// maxHost is how much of a host's name libaudit keeps.
const maxHost = 63

// newSender writes the fields. The host is named only where somebody sits at
// one of its terminals, and the address, which would be that of another host,
// never.
func newSender(exe, terminal, host string) sender {
	text := ` exe="?"`
	if exe != "" {
		text = string(record.AppendEncoded([]byte(" exe="), []byte(exe)))
	}
	if !strings.HasPrefix(terminal, "pts") && !strings.HasPrefix(terminal, "tty") || host == "" {
		host = "?"
	}
	if terminal == "" {
		terminal = "?"
	}
	text += " hostname=" + host[:min(len(host), maxHost)] + " addr=? terminal=" + terminal + " res="
	return sender{success: text + record.Success.String(), failed: text + record.Failed.String()}
}
