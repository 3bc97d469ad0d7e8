package kaudittest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

// vmm is a program that takes what it sends with as a parameter.
type vmm struct{ trail kaudit.Sender }

func (v vmm) stop(ctx context.Context) error {
	m := kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte(`virt=kvm op=stop reason=shutdown vm="g"`)}
	if err := v.trail.Send(ctx, m); !errors.Is(err, kaudit.ErrDisabled) {
		return err
	}
	return nil // a host without audit is none of its business
}

// A program's test looks at what the kernel was told, and at what the program
// does when the kernel takes nothing.
func Example() {
	kernel := kaudittest.NewKernel()
	conn, err := kernel.Dial()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	v := vmm{trail: conn}

	fmt.Println(v.stop(context.Background()))
	kernel.SetStatus(kaudit.Status{Enabled: kaudit.Off})
	fmt.Println(v.stop(context.Background()))
	kernel.SetStatus(kaudit.Status{Enabled: kaudit.On})
	kernel.Refuse(kaudit.ErrNotPermitted)
	fmt.Println(v.stop(context.Background()))
	for _, m := range kernel.Messages() {
		fmt.Println(m)
	}
	// Output:
	// <nil>
	// <nil>
	// kaudit: send VIRT_CONTROL: not permitted (operation not permitted)
	// VIRT_CONTROL success virt=kvm op=stop reason=shutdown vm="g"
}
