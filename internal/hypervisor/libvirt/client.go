package libvirt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket/dialers"
)

// ErrNoDriver is why a connection is Lost where the daemon answers, but doesn't
// have the driver: a libvirtd without LXC.
var ErrNoDriver = errors.New("the daemon doesn't have this driver")

// A client is a connection to a daemon. Its calls are made one by one.
type client struct {
	rpc     *golibvirt.Libvirt
	guard   *guard
	socket  string
	timeout time.Duration
	unwatch func() bool // ends the watch over the context
}

// connect tries the sockets in turn, until a daemon has the driver.
func connect(ctx context.Context, c *Config) (*client, error) {
	var failed []error
	for _, socket := range c.Endpoint.Sockets {
		client, err := connectTo(ctx, c, socket)
		if err == nil {
			return client, nil
		}
		failed = append(failed, fmt.Errorf("%s at %s: %w", c.Endpoint.URI, socket, err))
	}
	return nil, errors.Join(failed...)
}

func connectTo(ctx context.Context, c *Config, socket string) (*client, error) {
	dialer := net.Dialer{Timeout: c.Timeout}
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	g := newGuard(conn, bufio.NewReaderSize(conn, 32<<10), c.Now)
	client := &client{
		rpc:     golibvirt.NewWithDialer(dialers.NewAlreadyConnected(g)),
		guard:   g,
		socket:  socket,
		timeout: c.Timeout,
		unwatch: context.AfterFunc(ctx, func() { g.fail(context.Cause(ctx)) }),
	}
	if err := client.open(c.Endpoint.URI); err != nil {
		client.close()
		return nil, err
	}
	return client, nil
}

// open makes the connection ready, and asks for all events.
func (c *client) open(uri string) error {
	err := c.call("connect", func() error {
		defer close(c.guard.opened)
		return c.rpc.ConnectToURI(golibvirt.ConnectURI(uri))
	})
	if is(err, golibvirt.ErrNoConnect) {
		return fmt.Errorf("%w (%w)", ErrNoDriver, err)
	}
	if err != nil {
		return err
	}
	return c.askForEvents()
}

// askForEvents leaves out kinds that this libvirt doesn't have, as it logs an
// error for each that it doesn't know; of lifecycles every one tells.
func (c *client) askForEvents() error {
	var version uint64
	err := c.call("ask for the version", func() (err error) {
		version, err = c.rpc.ConnectGetLibVersion()
		return err
	})
	if err != nil && !refused(err) {
		return err
	}
	for _, kind := range eventKinds {
		if err == nil && version < kind.since {
			continue
		}
		err := c.call("ask for "+kind.name+" events", func() error {
			_, err := c.rpc.ConnectDomainEventCallbackRegisterAny(int32(kind.id), nil)
			return err
		})
		if err != nil && (!refused(err) || kind.id == golibvirt.DomainEventIDLifecycle) {
			return err
		}
	}
	return nil
}

// close ends the connection, and waits until go-libvirt knows.
func (c *client) close() {
	c.unwatch()
	c.guard.fail(net.ErrClosed)
	<-c.guard.done
}

// call makes a call that ends with the client's timeout. An error that isn't
// refused ended the connection.
func (c *client) call(what string, f func() error) error {
	stop := time.AfterFunc(c.timeout, func() {
		c.guard.fail(fmt.Errorf("no answer within %v", c.timeout))
	})
	err := f()
	stop.Stop()
	if err == nil {
		return nil
	}
	if !refused(err) {
		c.guard.fail(err)
		err = c.guard.reason()
	}
	return fmt.Errorf("%s: %w", what, err)
}

// guests lists those that run.
func (c *client) guests() (all []golibvirt.Domain, err error) {
	err = c.call("list guests", func() error {
		all, _, err = c.rpc.ConnectListAllDomains(1, golibvirt.ConnectListDomainsActive)
		return err
	})
	return all, err
}

// state gives a guest's state and its reason, in words.
func (c *client) state(guest golibvirt.Domain) (state, reason string, err error) {
	err = c.call("read the state", func() error {
		s, r, err := c.rpc.DomainGetState(guest, 0)
		state, reason = pair(stateWords, stateReasons, uint32(s), uint32(r))
		return err
	})
	return state, reason, ofGuest(guest, err)
}

// definition gives a guest's XML.
func (c *client) definition(guest golibvirt.Domain) (xml string, err error) {
	err = c.call("read the definition", func() error {
		xml, err = c.rpc.DomainGetXMLDesc(guest, 0)
		return err
	})
	return xml, ofGuest(guest, err)
}

func ofGuest(guest golibvirt.Domain, err error) error {
	if err != nil {
		return fmt.Errorf("guest %q: %w", guest.Name, err)
	}
	return nil
}

// refused tells an error that libvirt answered from one of the connection.
func refused(err error) bool {
	var answered golibvirt.Error
	return errors.As(err, &answered) || errors.Is(err, golibvirt.ErrUnsupported)
}

func is(err error, number golibvirt.ErrorNumber) bool {
	var answered golibvirt.Error
	return errors.As(err, &answered) && answered.Code == uint32(number)
}
