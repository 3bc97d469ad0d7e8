package agent

import (
	"errors"
	"testing"

	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/web"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
)

// TestKernelLost: what the kernel lost while the service ran counts as lost, also
// when its counter is set back.
func TestKernelLost(t *testing.T) {
	kernel := kaudittest.NewKernel()
	k := kernelLost{dial: func() (kaudit.Sender, error) { return kernel.Dial() }}
	for _, step := range []struct {
		lost uint32
		want uint64
	}{{7, 0}, {7, 0}, {10, 3}, {0, 3}, {2, 5}, {1, 6}} {
		kernel.SetStatus(kaudit.Status{Enabled: 1, Lost: step.lost})
		if !k.ask(t.Context()) || k.count.Load() != step.want {
			t.Fatalf("at %d: %d, want %d", step.lost, k.count.Load(), step.want)
		}
	}
	a := &agent{host: Host{}.withDefaults(), sources: &sources{log: &logSource{kernel: &k, follower: follow.New(follow.Options{}, nil)}}}
	if src := a.logStatus(&web.Status{}); src.Lost != 6 {
		t.Errorf("%+v", src)
	}
}

// TestKernelLostRefused: a kernel that may not be asked is asked once.
func TestKernelLostRefused(t *testing.T) {
	for _, refusal := range []error{kaudit.ErrNotPermitted, kaudit.ErrUserNamespace} {
		kernel := kaudittest.NewKernel()
		kernel.Refuse(refusal)
		k := kernelLost{dial: func() (kaudit.Sender, error) { return kernel.Dial() }}
		if k.ask(t.Context()) {
			t.Errorf("%v: it is asked again", refusal)
		}
	}
	k := kernelLost{dial: func() (kaudit.Sender, error) { return nil, errors.New("no socket") }}
	if k.ask(t.Context()) {
		t.Error("a kernel without audit is asked again")
	}
}
