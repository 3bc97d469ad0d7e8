package web

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

const (
	// laneAge is how long lanes are kept in memory if no change is reported.
	laneAge = 5 * time.Minute
	// maxChanged is how many changed guests are read one by one. If there are more, all
	// are read.
	maxChanged = 500
)

// A laneCache keeps the lanes: a list of 10,000 takes longer to read than everything else
// that a view needs. The changes of the trail tell which guests to read again.
type laneCache struct {
	mu    sync.Mutex // held while lanes are read, so that only one goroutine reads them
	lanes *lanes
	read  time.Time

	news    sync.Mutex // guards the fields below, which are set meanwhile
	stale   bool       // all are to be read again
	changed map[store.Guest]bool
}

// Removed notes that retention has removed guests, which no Delta tells.
func (s *Server) Removed() { s.lanes.forget() }

// forget has all lanes read again.
func (c *laneCache) forget() {
	c.news.Lock()
	defer c.news.Unlock()
	c.stale, c.changed = true, nil
}

// change notes which guests are to be read again.
func (c *laneCache) change(d *trail.Delta) {
	if len(d.Merged) > 0 {
		c.forget() // the Delta doesn't say which guests these were of
		return
	}
	for _, s := range d.Sessions {
		l := lane{GuestInfo: store.GuestInfo{Node: s.Node, UUID: s.UUID, Name: s.Name}}
		c.note(l.query())
	}
}

func (c *laneCache) note(g store.Guest) {
	c.news.Lock()
	defer c.news.Unlock()
	switch {
	case c.stale:
	case len(c.changed) >= maxChanged:
		c.stale, c.changed = true, nil
	case c.changed == nil:
		c.changed = map[store.Guest]bool{g: true}
	default:
		c.changed[g] = true
	}
}

// take gives what was noted since it was last called.
func (c *laneCache) take() (stale bool, changed []store.Guest) {
	c.news.Lock()
	defer c.news.Unlock()
	stale, changed = c.stale, slices.Collect(maps.Keys(c.changed))
	c.stale, c.changed = false, nil
	return stale, changed
}

// get gives all lanes. The first caller reads them for all who wait. So it goes on reading
// when its own request is cancelled.
func (c *laneCache) get(ctx context.Context, s *Server) (*lanes, error) {
	s.hub.listen()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
	defer cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	stale, changed := c.take()
	var err error
	if stale || c.lanes == nil || time.Since(c.read) >= laneAge {
		err = c.readAll(ctx, s)
	} else if len(changed) > 0 {
		err = c.readSome(ctx, s, changed)
	}
	if err != nil {
		c.forget() // what was taken is not read
		return nil, err
	}
	return c.lanes, nil
}

func (c *laneCache) readAll(ctx context.Context, s *Server) error {
	read := time.Now()
	all, err := s.lanesOf(ctx, store.Guest{})
	if err == nil {
		c.lanes, c.read = newLanes(all), read
	}
	return err
}

// readSome reads some guests again; if one of them is gone, all.
func (c *laneCache) readSome(ctx context.Context, s *Server, guests []store.Guest) error {
	var some []lane
	for _, g := range guests {
		found, err := s.lanesOf(ctx, g)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return c.readAll(ctx, s)
		}
		some = append(some, found...)
	}
	c.lanes = c.lanes.with(some)
	return nil
}

// lanesOf reads guests, as lanes without places.
func (s *Server) lanesOf(ctx context.Context, g store.Guest) (all []lane, err error) {
	err = eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		found, next, err := s.config.Store.Guests(ctx, store.GuestQuery{Guest: g, Page: p})
		for _, g := range found {
			all = append(all, lane{GuestInfo: g, id: guestID(g.Node, g.UUID, g.Name)})
		}
		return next, false, err
	})
	return all, err
}

// with gives lanes in which some are replaced. All keep their places, unless a lane is new
// or has another name.
func (l *lanes) with(some []lane) *lanes {
	o := &lanes{all: slices.Clone(l.all), byID: l.byID, version: l.version, running: l.running}
	moved := false
	for _, n := range some {
		i, ok := l.byID[n.id]
		if !ok {
			o.all, moved = append(o.all, n), true
			continue
		}
		was := &o.all[i]
		moved = moved || was.Name != n.Name
		o.running += runs(&n) - runs(was)
		n.place = i
		*was = n
	}
	if moved {
		return newLanes(unique(o.all))
	}
	return o
}

// unique leaves out repeated guests.
func unique(all []lane) []lane {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(l lane) bool {
		again := seen[l.id]
		seen[l.id] = true
		return again
	})
}

// runs is 1 for a guest that runs, and otherwise 0.
func runs(l *lane) int {
	if l.Running != 0 {
		return 1
	}
	return 0
}

// search gives the lanes, including guests that a text may name and that have only just
// appeared.
func (c *laneCache) search(ctx context.Context, s *Server, text string) (*lanes, error) {
	l, err := c.get(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, g := range guestsMeant(text) {
		found, err := s.lanesOf(ctx, g)
		if err != nil {
			return nil, err
		}
		for i := range found {
			if _, ok := l.byID[found[i].id]; !ok {
				c.note(found[i].query())
			}
		}
	}
	return c.get(ctx, s)
}

// guestsMeant gives the guests that a text may name: by uuid, name or id.
func guestsMeant(text string) []store.Guest {
	if text == "" {
		return nil
	}
	meant := []store.Guest{{UUID: strings.ToLower(text)}, {Name: text}}
	if i := strings.LastIndexByte(text, '@'); i > 0 {
		if name, ok := strings.CutPrefix(text[:i], "~"); ok {
			return append(meant, store.Guest{Node: text[i+1:], Name: name})
		}
		return append(meant, store.Guest{Node: text[i+1:], UUID: text[:i]})
	}
	return meant
}
