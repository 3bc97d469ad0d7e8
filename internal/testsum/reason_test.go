package main

import "testing"

func TestReason(t *testing.T) {
	for _, tc := range []struct{ name, output, want string }{
		{"plain", "=== RUN   TestX\n    x_test.go:5: needs root\n--- SKIP: TestX (0.00s)\n", "needs root"},
		{"last message", "    x_test.go:5: looking\n    x_test.go:6: not found\n", "not found"},
		{"more lines", "    x_test.go:5: not found:\n        install it\n--- SKIP: TestX (0.00s)\n", "not found: install it"},
		{"printed text", "    x_test.go:5: no kvm\n/dev/kvm: missing\n        deeper\n", "no kvm"},
		{"transcript after it", "    cmd.go:380: no rg\n    testscript.go:609: > skip\n        > exec rg\n", "no rg"},
		{"no words", "=== RUN   TestX\n--- SKIP: TestX (0.00s)\n", "no reason given"},
		{"nothing", "", "no reason given"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := reason(tc.output); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
