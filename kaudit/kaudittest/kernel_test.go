package kaudittest_test

import (
	"context"
	"errors"
	"reflect"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

var stop = kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte(`virt=kvm op=stop reason=destroyed vm="g" vm-pid=0`)}

func dial(t *testing.T, k *kaudittest.Kernel) *kaudit.Conn {
	t.Helper()
	c, err := k.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Status and Rules give what was set.
func TestState(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	if s, err := c.Status(t.Context()); err != nil || s.Enabled != kaudit.On || s.PID == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	status := kaudit.Status{
		Enabled: kaudit.Locked, Failure: 2, PID: 3, RateLimit: 4, BacklogLimit: 5, Lost: 6, Backlog: 7,
		Features: 8, BacklogWaitTime: 9, BacklogWaitTimeActual: 10,
	}
	k.SetStatus(status)
	if s, err := c.Status(t.Context()); err != nil || s != status {
		t.Errorf("%+v, %v", s, err)
	}
	rules := []kaudit.Rule{
		{Filter: kaudit.FilterUser, Action: kaudit.Never, Conditions: []kaudit.Condition{
			{Field: kaudit.FieldExe, Op: kaudit.Equal, Text: "/usr/sbin/libvirtd"}, {Field: kaudit.FieldUID, Op: kaudit.NotEqual, Value: 64055},
		}},
		{Filter: kaudit.FilterExclude, Action: kaudit.Always},
	}
	k.SetRules(rules)
	if got, err := c.Rules(t.Context()); err != nil || !reflect.DeepEqual(got, rules) {
		t.Errorf("%v, %v", got, err)
	}
}

// Whatever is refused fails in all ways to ask, and works again.
func TestRefuse(t *testing.T) {
	for _, why := range []error{kaudit.ErrNotPermitted, kaudit.ErrUserNamespace, kaudit.ErrUnsupported, syscall.ENOSPC} {
		k := kaudittest.NewKernel()
		c := dial(t, k)
		k.Refuse(why)
		_, status := c.Status(t.Context())
		_, rules := c.Rules(t.Context())
		_, subscribe := k.Subscribe(kaudit.SubscribeOptions{})
		for _, err := range []error{c.Send(t.Context(), stop), status, rules, subscribe} {
			if !errors.Is(err, why) {
				t.Errorf("error %v, want %v", err, why)
			}
		}
		if _, err := k.Dial(); errors.Is(err, kaudit.ErrUnsupported) != errors.Is(why, kaudit.ErrUnsupported) {
			t.Errorf("dial: %v", err)
		}
		k.Refuse(nil)
		if err := c.Send(t.Context(), stop); err != nil || len(k.Messages()) != 1 {
			t.Errorf("afterwards: %v, %d records", err, len(k.Messages()))
		}
	}
}

// As the kernel does, it keeps the records of USER_AVC when audit is disabled,
// and no others.
func TestDisabled(t *testing.T) {
	k := kaudittest.NewKernel()
	k.SetStatus(kaudit.Status{})
	c := dial(t, k)
	avc := kaudit.Message{Type: record.UserAVC, Result: record.Failed, Text: []byte("avc: denied")}
	if err := errors.Join(c.Send(t.Context(), avc)); err != nil {
		t.Error(err)
	}
	if err := c.Send(t.Context(), stop); !errors.Is(err, kaudit.ErrDisabled) {
		t.Error(err)
	}
	if got := k.Messages(); len(got) != 1 || got[0].Type != record.UserAVC {
		t.Errorf("kept %v", got)
	}
}

// A release ends its own hold and no later one.
func TestHold(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	first := k.Hold()
	first()
	second := k.Hold()
	first()
	ended, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := make(chan error)
	go func() { result <- c.Send(ended, stop) }()
	for len(k.Messages()) == 0 {
		if ended.Err() != nil {
			t.Fatal("no record")
		}
	}
	cancel()
	if err := <-result; !errors.Is(err, kaudit.ErrBacklog) {
		t.Errorf("error %v, want that of a full backlog", err)
	}
	second()
	if err := c.Send(t.Context(), stop); err != nil {
		t.Error(err)
	}
}
