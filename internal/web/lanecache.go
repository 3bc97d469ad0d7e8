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
	// laneAge is for how long lanes are taken from memory where nothing is said to
	// have changed.
	laneAge = 5 * time.Minute
	// maxChanged is of how many guests what changed is read for each by itself;
	// of more all are read.
	maxChanged = 500
)

// laneCache keeps lanes: a list of 10,000 takes longer to read than all else that
// a view needs. What the trail gains says which guests to read anew.
type laneCache struct {
	mu    sync.Mutex // held while lanes are read: of several that want them, one reads
	lanes *lanes
	read  time.Time

	news    sync.Mutex // for what is noted meanwhile
	stale   bool       // all are to be read
	changed map[store.Guest]bool
}

// Removed tells that a retention removed guests, which no Delta does.
func (s *Server) Removed() { s.lanes.forget() }

// forget lets all lanes be read anew.
func (c *laneCache) forget() {
	c.news.Lock()
	defer c.news.Unlock()
	c.stale, c.changed = true, nil
}

// change notes which guests are to be read anew.
func (c *laneCache) change(d *trail.Delta) {
	if len(d.Merged) > 0 {
		c.forget() // it isn't said whose those were
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

// get gives all lanes. Who asks first reads them for all who wait, so it reads on
// when it is itself no longer waited for.
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

// readSome reads guests anew; where one is no more, all.
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

// lanesOf reads guests, without places.
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

// with gives lanes in which some are others. As long as none comes and none has
// another name all keep their places.
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

// unique leaves out guests that came twice.
func unique(all []lane) []lane {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(l lane) bool {
		again := seen[l.id]
		seen[l.id] = true
		return again
	})
}

// runs is 1 of a guest that runs.
func runs(l *lane) int {
	if l.Running != 0 {
		return 1
	}
	return 0
}

// search gives lanes that have the guests which a text may name, also those that
// came just now.
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

// guestsMeant gives what a text may be: a uuid, a name, or an id.
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
