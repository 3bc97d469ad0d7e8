//go:build linux

package integration

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// libauditSource sends a message as often as it is told and prints the median
// of the nanoseconds that it took.
const libauditSource = `
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static int compare(const void *a, const void *b) {
	long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}
int main(int argc, char **argv) {
	int n = atoi(argv[1]), fd = audit_open();
	long *took = malloc(n * sizeof *took);
	for (int i = 0; i < n; i++) {
		struct timespec a, b;
		clock_gettime(CLOCK_MONOTONIC, &a);
		if (audit_log_user_message(fd, 2501, argv[2], NULL, NULL, NULL, 1) <= 0) {
			perror("send");
			return 1;
		}
		clock_gettime(CLOCK_MONOTONIC, &b);
		took[i] = (b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec;
	}
	qsort(took, n, sizeof *took, compare);
	printf("%ld\n", took[n / 2]);
}
`

// libauditProgram builds a program on libaudit. It gives a command that only
// lacks how many messages are to be sent.
func libauditProgram(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("cc is not installed (Debian package gcc)")
	}
	dir := t.TempDir()
	source, program := filepath.Join(dir, "send.c"), filepath.Join(dir, "send")
	if err := os.WriteFile(source, []byte(libauditSource), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-O2", "-o", program, source, "-laudit").CombinedOutput(); err != nil {
		t.Skipf("no program can be built with libaudit (Debian package libaudit-dev): %v: %s", err, out)
	}
	return program
}

// BenchmarkSend measures Send beside libaudit's audit_log_user_message, in turns
// as the host's load changes, and gives the medians and their ratio: of a context
// that can't end, as libaudit can't be cancelled, and of one that can, which costs
// a change of goroutines.
func BenchmarkSend(b *testing.B) {
	program := libauditProgram(b)
	enableAudit(b)
	c := dialAudit(b)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	const each = 3000
	var plain, cancellable, theirs []time.Duration
	for b.Loop() {
		plain = append(plain, medianSend(context.Background(), b, c, each))
		theirs = append(theirs, medianLibaudit(b, program, each))
		cancellable = append(cancellable, medianSend(ctx, b, c, each))
	}
	b.ReportMetric(0, "ns/op") // of three kinds of sends, and so of none
	for name, d := range map[string]time.Duration{
		"p50-ns": median(plain), "cancellable-p50-ns": median(cancellable), "libaudit-p50-ns": median(theirs),
	} {
		b.ReportMetric(float64(d), name)
	}
	b.ReportMetric(float64(median(plain))/float64(median(theirs)), "ratio")
	b.ReportMetric(float64(median(cancellable))/float64(median(theirs)), "cancellable-ratio")
}

func medianSend(ctx context.Context, t testing.TB, c *kaudit.Conn, n int) time.Duration {
	t.Helper()
	m := kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(rngText)}
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		if err := c.Send(ctx, m); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	return median(took)
}

func medianLibaudit(t testing.TB, program string, n int) time.Duration {
	t.Helper()
	out, err := exec.Command(program, strconv.Itoa(n), rngText).Output()
	if err != nil {
		t.Fatal(err)
	}
	nanoseconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(nanoseconds)
}

func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
