package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/web"
)

// shutdownTime is how long answers may take when the service ends.
const shutdownTime = 3 * time.Second

// listen begins to serve the API. It gives the addresses to open, what a
// listener failed of, and how to end it all.
func (a *agent) listen() (addresses []string, failed <-chan error, stop func(), err error) {
	token := ""
	if a.config.ListenTCP != "" || hasTCP(a.host.Listeners) {
		if token, err = a.config.Token(); err != nil {
			return nil, nil, nil, err
		}
	}
	a.server, err = web.New(web.Config{
		Store: a.store.Reader(), Status: a.status, Subscribe: a.feed.subscribe, Token: token,
		Page: a.host.Page, Now: a.host.Now, Log: a.log,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	listeners, err := a.listeners()
	if err != nil {
		return nil, nil, nil, err
	}
	if len(listeners) == 0 {
		a.log.Warn("nobody can ask: neither listen_unix nor listen_tcp is set; what is kept is read with --store")
	}
	errs := make(chan error, len(listeners))
	var wg sync.WaitGroup
	for _, l := range listeners {
		addresses = append(addresses, address(l, token))
		wg.Go(func() {
			if err := a.server.Serve(l); err != nil {
				errs <- fmt.Errorf("API: %w", err)
			}
		})
	}
	return addresses, errs, func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if err := a.server.Shutdown(ctx); err != nil {
			a.log.Warn("some answers of the API were cut off", "error", err)
		}
		wg.Wait()
	}, nil
}

func hasTCP(listeners []net.Listener) bool {
	for _, l := range listeners {
		if l.Addr().Network() == "tcp" {
			return true
		}
	}
	return false
}

// listeners opens what the settings name, unless the system did.
func (a *agent) listeners() (all []net.Listener, err error) {
	if len(a.host.Listeners) > 0 {
		return a.host.Listeners, nil
	}
	defer func() {
		if err != nil {
			for _, l := range all {
				err = errors.Join(err, l.Close())
			}
		}
	}()
	if path := a.config.ListenUnix; path != "" {
		l, err := web.ListenUnix(path, a.config.ListenGroup)
		if err != nil {
			return all, fmt.Errorf("listen_unix: %w", err)
		}
		all = append(all, l)
	}
	if at := a.config.ListenTCP; at != "" {
		l, err := web.ListenTCP(at)
		if err != nil {
			return all, fmt.Errorf("listen_tcp: %w", err)
		}
		all = append(all, l)
	}
	return all, nil
}

// address is what to open: a browser keeps the fragment for itself.
func address(l net.Listener, token string) string {
	if l.Addr().Network() == "unix" {
		return l.Addr().String()
	}
	return "http://" + l.Addr().String() + "/#token=" + token
}
