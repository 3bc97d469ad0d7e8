package store

import (
	"cmp"
	"context"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// maxCells is how many buckets all lanes of a timeline have at the most.
const maxCells = 1 << 20

// ErrTooLarge is of a timeline with more buckets in more lanes than can be held.
var ErrTooLarge = fmt.Errorf("more than %d buckets in all lanes", maxCells)

// Timeline gives lanes of guests, and the cursor of the guests behind them.
func (s *Store) Timeline(ctx context.Context, q TimelineQuery) (lanes []Lane, next string, err error) {
	q.Buckets = max(cmp.Or(q.Buckets, 100), 1)
	q.Sessions = min(cmp.Or(q.Sessions, 100), MaxLimit)
	if q.Buckets > maxCells/q.Guests.Page.limit() {
		return nil, "", ErrTooLarge
	}
	q.To = max(q.To, q.From+1)
	err = s.view(ctx, func(tx querier) error {
		list, after, err := guests(ctx, tx, q.Guests)
		if err != nil {
			return err
		}
		t := newTimeline(tx, &q, list)
		lanes, next = t.lanes, after
		return t.run(ctx)
	})
	return lanes, next, err
}

// timeline fills lanes.
type timeline struct {
	tx      querier
	q       *TimelineQuery
	lanes   []Lane
	byGuest map[int64]int // places in lanes
	buckets [][]Bucket    // of each lane
	changes [][]int       // how many more sessions run in a bucket than before it
	shown   [][]uint64    // sessions to give
}

func newTimeline(tx querier, q *TimelineQuery, list []GuestInfo) *timeline {
	t := &timeline{tx: tx, q: q, lanes: make([]Lane, len(list)), byGuest: map[int64]int{}}
	t.buckets, t.changes, t.shown = make([][]Bucket, len(list)), make([][]int, len(list)), make([][]uint64, len(list))
	for i, g := range list {
		t.lanes[i].Guest = g
		t.byGuest[g.id] = i
		t.buckets[i], t.changes[i] = make([]Bucket, q.Buckets), make([]int, q.Buckets+1)
	}
	return t
}

func (t *timeline) run(ctx context.Context) error {
	infos := make([]GuestInfo, len(t.lanes))
	for i := range t.lanes {
		infos[i] = t.lanes[i].Guest
	}
	ids, err := idsOf(infos)
	if err != nil {
		return err
	}
	for _, read := range []func(context.Context, string) error{t.sessions, t.events, t.findings} {
		if err := read(ctx, ids); err != nil {
			return err
		}
	}
	for i := range t.lanes {
		t.count(i)
	}
	return t.show(ctx)
}

// bucket is in which part a time is; before the first it is the first.
func (t *timeline) bucket(at int64) int {
	at = min(max(at, t.q.From), t.q.To-1)
	// The quotient first, as the product may be too great for years of buckets.
	return int(float64(at-t.q.From) / float64(t.q.To-t.q.From) * float64(t.q.Buckets))
}

// sessions reads when sessions ran, by the index alone.
func (t *timeline) sessions(ctx context.Context, ids string) error {
	return each(ctx, t.tx, `SELECT s.guest, s.id, s.lo, s.hi FROM json_each(?) j CROSS JOIN sessions s INDEXED BY sessions_guest
		ON s.guest = j.value AND s.lo < ? AND s.hi >= ? ORDER BY j.key, s.first_ms, s.id`, []any{ids, t.q.To, t.q.From},
		func(row scanner) error {
			var guest, lo, hi int64
			var id uint64
			if err := row.Scan(&guest, (*number)(&id), &lo, &hi); err != nil {
				return err
			}
			i := t.byGuest[guest]
			if t.lanes[i].Total++; t.lanes[i].Total <= t.q.Sessions {
				t.shown[i] = append(t.shown[i], id)
			}
			t.changes[i][t.bucket(lo)]++
			t.changes[i][t.bucket(hi)+1]--
			return nil
		})
}

func (t *timeline) events(ctx context.Context, ids string) error {
	return t.perBucket(ctx, ids, `SELECT e.guest, e.at_ms, 0 FROM json_each(?) j CROSS JOIN events e INDEXED BY events_guest
		ON e.guest = j.value AND e.guest > 0 AND e.at_ms >= ? AND e.at_ms < ?`,
		func(b *Bucket, _ trail.Severity) { b.Events++ })
}

func (t *timeline) findings(ctx context.Context, ids string) error {
	return t.perBucket(ctx, ids, `SELECT f.guest, f.at_ms, f.severity FROM json_each(?) j CROSS JOIN findings f INDEXED BY findings_guest
		ON f.guest = j.value AND f.guest > 0 AND f.at_ms >= ? AND f.at_ms < ?`,
		func(b *Bucket, worst trail.Severity) {
			b.Findings++
			b.Worst = max(b.Worst, worst)
		})
}

func (t *timeline) perBucket(ctx context.Context, ids, query string, count func(*Bucket, trail.Severity)) error {
	return each(ctx, t.tx, query, []any{ids, t.q.From, t.q.To}, func(row scanner) error {
		var guest, at, severity int64
		if err := row.Scan(&guest, &at, &severity); err != nil {
			return err
		}
		count(&t.buckets[t.byGuest[guest]][t.bucket(at)], trail.Severity(severity))
		return nil
	})
}

// count gives a lane the buckets that have something.
func (t *timeline) count(lane int) {
	running := 0
	for i := range t.buckets[lane] {
		b := &t.buckets[lane][i]
		running += t.changes[lane][i]
		b.Nth, b.Running = i, running
		if b.Running+b.Events+b.Findings > 0 {
			t.lanes[lane].Buckets = append(t.lanes[lane].Buckets, *b)
		}
	}
}

// show reads the sessions that lanes give one by one.
func (t *timeline) show(ctx context.Context) error {
	var ids []uint64
	for _, shown := range t.shown {
		ids = append(ids, shown...)
	}
	byID, err := sessionsByID(ctx, t.tx, ids)
	if err != nil {
		return err
	}
	for i, shown := range t.shown {
		for _, id := range shown {
			t.lanes[i].Sessions = append(t.lanes[i].Sessions, byID[id])
		}
	}
	return nil
}
