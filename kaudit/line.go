package kaudit

import (
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/virtaudit/virtaudit/record"
)

// head is what the kernel puts before a text: pid= to subj= of this process,
// and the quote that begins msg=.
var head = sync.OnceValue(func() string {
	b := strconv.AppendInt([]byte(": pid="), int64(os.Getpid()), 10)
	b = append(b, " uid="...)
	b = strconv.AppendUint(b, uint64(uint32(os.Getuid())), 10)
	b = append(b, " auid="+number("/proc/self/loginuid")+" ses="+number("/proc/self/sessionid")...)
	if label := attribute("/proc/self/attr/current"); label != "" {
		b = append(b, " subj="+label...)
	}
	return string(append(b, " msg='"...))
})

// number reads one from a file; what can't be read is unset.
func number(name string) string {
	if n, err := strconv.ParseUint(attribute(name), 10, 32); err == nil {
		return strconv.FormatUint(n, 10)
	}
	return "4294967295"
}

func attribute(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(b), "\x00\n")
}

// appendLine appends a message as a line of a log, as the kernel and auditd
// write it with log_format=RAW.
func appendLine(dst []byte, m Message, suffix string, stamp record.Stamp) []byte {
	dst = append(dst, "type="...)
	dst = append(dst, m.Type.String()...)
	dst = append(dst, " msg=audit("...)
	dst = stamp.Append(dst)
	dst = append(dst, ')')
	dst = append(dst, head()...)
	dst = append(append(dst, m.Text...), suffix...)
	return append(dst, "'\n"...)
}
