package kaudit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

// A program that records what guests do asks first whether anybody listens.
func Example() {
	conn, err := kaudit.Dial()
	if errors.Is(err, kaudit.ErrUnsupported) {
		fmt.Println("this host keeps no audit trail:", err)
		return
	} else if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	switch status, err := conn.Status(ctx); {
	case errors.Is(err, kaudit.ErrNotPermitted):
		fmt.Println("run this with CAP_AUDIT_CONTROL:", err)
	case err != nil:
		fmt.Println(err)
	case status.Enabled == kaudit.Off:
		fmt.Println("the kernel drops all records: run auditctl -e 1")
	case status.PID == 0:
		fmt.Println("no auditd runs: records end in the kernel's log")
	}
}

// A rule that keeps what guests hold out of the log.
func ExampleRule() {
	rule := kaudit.Rule{
		Filter: kaudit.FilterExclude, Action: kaudit.Always,
		Conditions: []kaudit.Condition{{Field: kaudit.FieldMsgType, Op: kaudit.GreaterOrEqual, Value: 2500}},
	}
	fmt.Println(rule)
	fmt.Println(rule.Conditions[0].Holds(uint32(record.VirtResource)))
	// Output:
	// -a always,exclude -F msgtype>=VIRT_CONTROL
	// true
}

// A program that runs guests says that one got the host's random device.
func ExampleConn_Send() {
	conn, err := kaudit.Dial()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	vm := &guest.Spec{Name: "g", UUID: "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", Virt: guest.KVM}
	messages, _ := guest.Records(guest.Change{
		Guest: vm, Op: guest.Attach, New: guest.RNG{Backend: guest.RNGRandom, Path: "/dev/random"},
	})
	for _, m := range messages {
		switch err := conn.Send(ctx, m); {
		case errors.Is(err, kaudit.ErrDisabled):
			fmt.Println("this host keeps no audit trail; run auditctl -e 1")
		case err != nil:
			fmt.Println("not recorded:", m, err)
		}
	}
}

// A value that is too long for the kernel can be shortened. The record says so.
func ExampleShorten() {
	conn, err := kaudittest.NewKernel().Dial() // in place of kaudit.Dial
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	m := kaudit.Message{
		Type: record.VirtResource, Result: record.Success,
		Text: []byte(`virt=kvm resrc=shmem reason=attach vm="g" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 size=1 path=/dev/shm/` + strings.Repeat("x", 9000)),
	}
	err = conn.Send(context.Background(), m)
	var long *kaudit.TooLongError
	if errors.As(err, &long) {
		if m, err = kaudit.Shorten(m, long.Limit); err == nil {
			err = conn.Send(context.Background(), m)
		}
	}
	fmt.Printf("%.140s...\n%v\n", m.Text, err)
	// Output:
	// virt=kvm resrc=shmem reason=attach vm="g" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 shortened=path:9009 size=1 path=/dev/shm/xxxxxxxxxxxxxxx...
	// <nil>
}

// A program that shows what becomes of guests, as it happens.
func ExampleSubscribe() {
	sub, err := kaudit.Subscribe(kaudit.SubscribeOptions{ReceiveBuffer: 8 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sub.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	var r record.Record
	for d, err := range sub.All(ctx) {
		switch {
		case err != nil:
			fmt.Println(err) // the context's, after a while
		case d.Lost:
			fmt.Println("some records went by unseen")
		case d.Type.Virt() && r.ParseKernel(d.Type, d.Text) == nil:
			fmt.Println(r.Type, r.Result)
		}
	}
}

// Where the kernel can't be reached, records go to a file; here, to both.
func ExampleTee() {
	file, err := kaudit.OpenFile(context.Background(), "/var/log/vmm/audit.log", kaudit.FileOptions{SyncEvery: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	var to kaudit.Sender = file
	if conn, err := kaudit.Dial(); err == nil {
		defer conn.Close()
		to = kaudit.Tee(file, conn)
	}
	m := kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte("virt=kvm op=stop reason=shutdown")}
	if err := to.Send(context.Background(), m); err != nil {
		fmt.Println(err)
	}
}
