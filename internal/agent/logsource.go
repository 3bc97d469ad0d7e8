package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

// The states of the log: where it was read up to, as the follower says, and how.
const (
	positionKey = "log position"
	watchedKey  = "log watched"
)

// watchedState is until when the log was watched, and by which way.
type watchedState struct {
	Way string `json:"way"`
	To  int64  `json:"to"`
}

// savePeriod is how often it is stored up to when a log was read that has
// nothing new.
const savePeriod = 30 * time.Second

// logAhead is how many batches of the log are read while the one before isn't
// committed.
const logAhead = 1

// logSource follows the audit log.
type logSource struct {
	a         *agent
	options   follow.Options
	mu        sync.Mutex // of follower
	follower  *follow.Follower
	once      *follow.Once // what came by one way isn't taken by another
	before    watchedState // what the last run left
	way       string       // that was told last to be watched
	unsettled bool         // records were given since the last settling
	whole     bool         // nothing is known to be missing since the last run
	saved     time.Time
	stored    map[event]counts // of the last batch that was read anew
	ahead     ahead
}

func newLogSource(a *agent) (*logSource, error) {
	s := &logSource{a: a, whole: true, ahead: ahead{w: a.writer, most: logAhead}, options: follow.Options{
		Node: a.config.Node, Own: ownName(a.config.Node, auditdConf), Log: logFile(a.config.Log),
		Again: a.store.NextSeq() > 1,
	}}
	switch a.config.LogSource {
	case SourceFile:
		s.options.Ways = []string{follow.WayFile}
	case SourceMulticast:
		s.options.Ways = []string{follow.WayMulticast}
	case SourceStdin:
		s.options.Stdin = a.host.Stdin
	}
	ctx := context.Background()
	var err error
	if s.options.Position, err = a.store.State(ctx, positionKey); err != nil {
		return nil, err
	}
	text, err := a.store.State(ctx, watchedKey)
	if err != nil {
		return nil, err
	}
	if text != nil {
		if err := json.Unmarshal(text, &s.before); err != nil {
			return nil, fmt.Errorf("state %q: %w", watchedKey, err)
		}
	}
	if s.once, err = rememberedFacts(ctx, a.store); err != nil {
		return nil, err
	}
	s.follower = follow.New(s.options, s.once)
	return s, nil
}

// remembered is of how many records, the last ones, it is known that they were
// taken, whatever way they come again.
const remembered = 1 << 16

// rememberedFacts knows the last stored records: what multicast told before a
// restart may stand in the file that is followed now.
func rememberedFacts(ctx context.Context, s *store.Store) (*follow.Once, error) {
	once := follow.NewOnce(remembered)
	var from uint64
	if next := s.NextSeq(); next > remembered {
		from = next - remembered
	}
	for f, err := range s.Facts(ctx, from) {
		if err != nil {
			return nil, err
		}
		if f.Kind == fact.Record {
			once.New(f)
		}
	}
	return once, nil
}

// logFile gives the live log of a folder.
func logFile(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "audit.log")
	}
	return path
}

func (s *logSource) run(ctx context.Context) error {
	err := s.current().Run(ctx, func(b *follow.Batch) error { return s.take(b) })
	err = errors.Join(err, s.ahead.committed())
	// It can run once only; the next begins where this one has been stored.
	if ctx.Err() == nil {
		err = errors.Join(err, s.again(ctx))
	}
	return err
}

// again makes another follower. What the last one read and nobody stored is read
// again, so only what is stored counts as taken.
func (s *logSource) again(ctx context.Context) (err error) {
	if s.options.Position, err = s.a.store.State(ctx, positionKey); err != nil {
		return err
	}
	if s.once, err = rememberedFacts(ctx, s.a.store); err != nil {
		return err
	}
	s.options.Again = s.a.store.NextSeq() > 1
	s.mu.Lock()
	defer s.mu.Unlock()
	s.follower = follow.New(s.options, s.once)
	return nil
}

func (s *logSource) current() *follow.Follower {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.follower
}

func (s *logSource) status() follow.Status { return s.current().Status() }

// take gives a batch to the writer, and waits until the one before is committed:
// so the next is read while this one is.
func (s *logSource) take(b *follow.Batch) error {
	o := &offer{state: map[string][]byte{}, way: b.Way}
	s.watched(b, o)
	for _, p := range b.Problems {
		s.problem(p, o)
	}
	if b.Again {
		if err := s.ahead.committed(); err != nil {
			return err
		}
		if err := s.dropStored(b); err != nil {
			return err
		}
	}
	o.facts = append(o.facts, b.Records...)
	s.unsettled = s.unsettled || len(b.Records) > 0
	if b.CaughtUp {
		s.settle(b, o)
	}
	now := s.a.host.Now()
	if len(o.facts) > 0 || now.Sub(s.saved) > savePeriod {
		s.saved = now
		if b.Position != nil {
			o.state[positionKey] = b.Position
		}
		if b.Way != "" {
			o.state[watchedKey], _ = json.Marshal(watchedState{Way: b.Way, To: now.UnixMilli()})
		}
	}
	o.whole = s.whole
	return s.ahead.offer(o)
}

// settle says that nothing that comes later belongs before what was given.
func (s *logSource) settle(b *follow.Batch, o *offer) {
	o.readTo = b.ReadTo.UnixMilli()
	if !s.unsettled {
		return
	}
	s.unsettled = false
	if n := len(o.facts); n > 0 && len(b.Records) > 0 {
		o.facts[n-1].Settled = true
		return
	}
	t := fact.Ticked{Source: "log", At: o.readTo}
	f := s.fact(fact.Tick, b.ReadTo, fact.Encode(t))
	f.Settled = true
	o.facts = append(o.facts, f)
}

// watched says that the log is watched from now on, when that began.
func (s *logSource) watched(b *follow.Batch, o *offer) {
	if s.way == b.Way {
		return
	}
	now := s.a.host.Now()
	if b.Way == "" {
		w := fact.Watched{Source: "log", At: now.UnixMilli(), Why: "it can't be followed any more by " + s.way}
		s.way, s.before.To = "", w.At
		o.facts = append(o.facts, s.fact(fact.Watch, now, fact.Encode(w)))
		return
	}
	w := fact.Watched{Source: "log", Up: true, At: now.UnixMilli(), Since: s.before.To, Why: "by " + b.Way}
	w.Whole = b.Way == follow.WayFile && s.before.Way == follow.WayFile
	if w.Since != 0 && !w.Whole {
		s.whole = false
	}
	s.way, s.before = b.Way, watchedState{Way: b.Way, To: w.At}
	o.facts = append(o.facts, s.fact(fact.Watch, now, fact.Encode(w)))
}

// problem says what went wrong with the log, where that may have lost records.
func (s *logSource) problem(p follow.Problem, o *offer) {
	s.a.log.Warn("audit log", "problem", string(p.Kind), "where", p.Where, "text", p.Text)
	if !p.Loses() {
		return
	}
	s.whole = false
	now := s.a.host.Now()
	w := fact.Watched{Source: "log", Up: true, At: now.UnixMilli(), Since: s.a.health.vitals().LastKnown, Why: p.String()}
	if !p.From.IsZero() {
		w.Since = p.From.UnixMilli()
	}
	if !p.To.IsZero() {
		w.At = p.To.UnixMilli()
	}
	if w.Since == 0 || w.Since >= w.At {
		w.Since = w.At - 1 // clocks are set back, and a gap is one all the same
	}
	o.facts = append(o.facts, s.fact(fact.Watch, now, fact.Encode(w)))
}

func (s *logSource) fact(k fact.Kind, at time.Time, text []byte) fact.Fact {
	return fact.Fact{
		Kind: k, Node: s.a.config.Node, Source: "log",
		Stamp: record.Stamp{Millis: at.UnixMilli()}, Text: text,
	}
}
