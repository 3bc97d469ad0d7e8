package qmp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// maxWaiting is how many commands may be unanswered at a time. QEMU reads eight
// ahead.
const maxWaiting = 8

// writeTimeout is how long QEMU may take to make room for a command. There is
// some for more than maxWaiting.
const writeTimeout = 5 * time.Second

// Execute runs a command and reads its result into out, unless that is nil. args
// is an object or nil. The error wraps an *Error where QEMU refuses. A command
// whose context ends may be carried out all the same.
func (c *Client) Execute(ctx context.Context, command string, args, out any) error {
	result, err := c.ask(ctx, command, args)
	if err == nil && out != nil {
		err = json.Unmarshal(result, out)
	}
	if err != nil {
		return fmt.Errorf("qmp: %s: %s: %w", c.path, command, err)
	}
	return nil
}

// request is a command as it is written.
type request struct {
	Execute   string `json:"execute"`
	Arguments any    `json:"arguments,omitempty"`
	ID        uint64 `json:"id"`
}

func (c *Client) ask(ctx context.Context, command string, args any) (json.RawMessage, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	id, answered, err := c.expect()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(request{command, args, id})
	if err != nil {
		c.forget(id)
		return nil, err
	}
	if err := c.write(append(text, '\n')); err != nil {
		return nil, err
	}
	select {
	case a := <-answered:
		return a.get()
	case <-ctx.Done():
		c.abandon(id)
		return nil, context.Cause(ctx)
	case <-c.ended:
	}
	select {
	case a := <-answered: // the last before the end
		return a.get()
	default:
		return nil, c.Err()
	}
}

func (a answer) get() (json.RawMessage, error) {
	if a.refusal != nil {
		return nil, a.refusal
	}
	return a.result, nil
}

// expect allots an id.
func (c *Client) expect() (uint64, <-chan answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, nil, c.err
	}
	if len(c.waiting) >= maxWaiting {
		return 0, nil, ErrUnanswered
	}
	c.lastID++
	answered := make(chan answer, 1)
	c.waiting[c.lastID] = answered
	return c.lastID, answered, nil
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// abandon says that nobody waits for an answer any more, which may come still.
func (c *Client) abandon(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, unanswered := c.waiting[id]; unanswered {
		c.waiting[id] = nil
	}
}

// write sends a line. A part of one would spoil what follows, so the connection
// ends with an error.
func (c *Client) write(text []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails where the write will
	_, err := c.conn.Write(text)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		c.hearOut(err)
	default:
		c.end(err)
	}
	return c.Err()
}

// hearOut waits until all is read that QEMU said before it closed its end: why it
// exits is among it.
func (c *Client) hearOut(err error) {
	late := time.AfterFunc(writeTimeout, func() { c.end(err) })
	defer late.Stop()
	<-c.ended
}
