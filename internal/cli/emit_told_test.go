package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// What is said of a delivery: a line, and of a part each message, with its
// reason where that is not the line's.
func TestDeliveryReport(t *testing.T) {
	send := func(err error) error { return fmt.Errorf("kaudit: send: %w", err) }
	long := send(&kaudit.TooLongError{Size: 9000, Limit: 8500})
	full := send(fmt.Errorf("%w: %w", kaudit.ErrBacklog, kaudit.ErrUnconfirmed))
	for name, tc := range map[string]struct {
		results []error
		closing error
		want    []string
	}{
		"all":  {[]error{nil, nil, nil}, nil, []string{"virtaudit: there: 3 of 3 messages sent"}},
		"none": {[]error{send(errors.New("why"))}, nil, []string{"virtaudit: there: 0 of 3 messages sent: why"}},
		"not synced": {
			[]error{nil, nil, nil},
			fmt.Errorf("kaudit: close: %w", errors.New("sync log: input/output error")),
			[]string{"virtaudit: there: 3 of 3 messages sent: sync log: input/output error"},
		},
		"part": {
			[]error{nil, long, full},
			nil,
			[]string{
				"virtaudit: there: 1 of 3 messages sent: the text is too long: 9000 bytes, of 8500 at most; --shorten cuts its values",
				"  sent      VIRT_CONTROL success a",
				"  not sent  VIRT_CONTROL success b",
				"  unknown   VIRT_CONTROL success c (the kernel's audit backlog is full: not known to be recorded)",
			},
		},
		"none for sure": {
			[]error{full},
			nil,
			[]string{
				"virtaudit: there: 0 of 3 messages sent: the kernel's audit backlog is full: not known to be recorded; does auditd run, and has it room for its log? virtaudit doctor tells",
				"  unknown   VIRT_CONTROL success a",
				"  not sent  VIRT_CONTROL success b",
				"  not sent  VIRT_CONTROL success c",
			},
		},
	} {
		d := delivery{to: "there", results: tc.results, closing: tc.closing}
		for _, text := range []string{"a", "b", "c"} {
			d.messages = append(d.messages, guest.Message{Type: record.VirtControl, Result: record.Success, Text: []byte(text)})
		}
		var b strings.Builder
		d.report(&b)
		if want := strings.Join(tc.want, "\n") + "\n"; b.String() != want {
			t.Errorf("%s: it says\n%swant\n%s", name, b.String(), want)
		}
		if d.failed() != (name != "all") {
			t.Errorf("%s: failed is %t", name, d.failed())
		}
	}
}
