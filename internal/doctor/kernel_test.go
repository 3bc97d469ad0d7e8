package doctor

import (
	"context"
	"fmt"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

func TestKernelAudit(t *testing.T) {
	unsupported := fmt.Errorf("kaudit: dial: %w", kaudit.ErrUnsupported)
	try(t, "kernel audit", map[string]tc{
		"off":    {func(f *fake) { f.status.Enabled = kaudit.Off }, Wrong, "drops the records", "auditctl -e 1"},
		"locked": {func(f *fake) { f.status.Enabled = kaudit.Locked }, OK, "locked", ""},
		"booted with audit=0": {func(f *fake) {
			f.write("proc/cmdline", "quiet audit=0 audit=1\n")
			f.statusErr = unsupported
		}, Wrong, "audit=0", "reboot"},
		"audit=off, and nothing told": {func(f *fake) {
			f.write("proc/cmdline", "audit=OFF")
			f.statusErr = kaudit.ErrNotPermitted
		}, Wrong, "booted with audit=0", "reboot"},
		"not built in":  {func(f *fake) { f.statusErr = unsupported }, Wrong, "has none", "CONFIG_AUDIT"},
		"not permitted": {func(f *fake) { f.statusErr = kaudit.ErrNotPermitted }, Unknown, "doesn't tell", "as root"},
		"user namespace": {
			func(f *fake) { f.statusErr = kaudit.ErrUserNamespace }, Unknown, "user namespace", "on the host itself",
		},
		"no answer": {func(f *fake) { f.statusErr = context.DeadlineExceeded }, Unknown, "deadline exceeded", "again"},
	})
}

func TestLostRecords(t *testing.T) {
	try(t, "lost records", map[string]tc{
		"one":        {func(f *fake) { f.status.Lost = 1 }, Warning, "1 record lost", "auditctl -b"},
		"several":    {func(f *fake) { f.status.Lost = 12 }, Warning, "12 records lost", "--reset-lost"},
		"rate limit": {func(f *fake) { f.status.RateLimit = 20 }, Warning, "more than 20 records", "auditctl -r 0"},
		"unknown":    {func(f *fake) { f.statusErr = kaudit.ErrUnsupported }, Unknown, "no audit", "see kernel audit"},
	})
}

func TestBacklog(t *testing.T) {
	try(t, "backlog", map[string]tc{
		"near":     {func(f *fake) { f.status.Backlog = 6144 }, Warning, "6144 of at most 8192", "auditctl -b"},
		"not near": {func(f *fake) { f.status.Backlog = 6143 }, OK, "6143 of at most 8192", ""},
		"no limit": {func(f *fake) { f.status.BacklogLimit, f.status.Backlog = 0, 7 }, OK, "7 records waiting", ""},
		"unknown":  {func(f *fake) { f.statusErr = kaudit.ErrNotPermitted }, Unknown, "doesn't tell", "root"},
	})
}
