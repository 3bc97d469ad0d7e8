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
	lostKey     = "log lost by the kernel"
	auditKey    = "log audit in the kernel"
)

// watchedState is until when the log was watched, all that it had by then being
// read, and by which way.
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
	a        *agent
	options  follow.Options
	mu       sync.Mutex // of follower
	follower *follow.Follower
	once     *follow.Once // what came by one way isn't taken by another
	progress
	stored map[event]counts // of the last batch that was read anew
	ahead  ahead
	kernel *kernelAudit
	// hosts tells that the log is that of this host's kernel, and not one that was
	// named, which may be another's.
	hosts bool
}

// progress is what has been told of the log.
type progress struct {
	before    watchedState
	way       string // that was told last to be watched, "" for none
	told      bool   // that one is, or none, since the start
	read      bool   // by file, up to a position
	unsettled bool   // records were given since the last settling
	whole     bool   // nothing is known to be missing since the last run
	saved     time.Time
	lost      *kernelSaid // by the kernel, as was told; nil before it said so
	lostTold  int64       // when it was told last that more was
	audit     auditState  // in the kernel, as was told
	looked    *kernelSaid // by which that was told
	unreadTo  int64       // up to when the log was last said to miss records, as it wasn't followed
}

func newLogSource(a *agent) (*logSource, error) {
	s := &logSource{
		a: a, hosts: isOfHost(&a.config), progress: progress{whole: true}, ahead: ahead{w: a.writer, most: logAhead}, kernel: newKernelAudit(a),
		options: follow.Options{
			Node: a.config.Node, Own: ownName(a.config.Node, auditdConf), Log: logFile(a.config.Log), Ways: waysOf(&a.config),
		},
	}
	if a.config.LogSource == SourceStdin {
		s.options.Stdin = a.host.Stdin
	}
	ctx := context.Background()
	if err := s.readState(ctx, watchedKey, &s.before); err != nil {
		return nil, err
	}
	if err := s.readState(ctx, lostKey, &s.lost); err != nil {
		return nil, err
	}
	if err := s.readState(ctx, auditKey, &s.audit); err != nil {
		return nil, err
	}
	return s, s.again(ctx)
}

// readState reads what is stored; where that is nothing it leaves to as it is.
func (s *logSource) readState(ctx context.Context, key string, to any) error {
	text, err := s.a.store.State(ctx, key)
	if err != nil || text == nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("state %q: %w", key, err)
	}
	return nil
}

// waysOf gives the ways that may be taken; nil is for all. Who names a log wants
// that one: this host's multicast is no stand-in for it.
func waysOf(c *Config) []string {
	switch {
	case c.LogSource == SourceMulticast:
		return []string{follow.WayMulticast}
	case c.LogSource == SourceFile, !isOfHost(c):
		return []string{follow.WayFile}
	}
	return nil
}

// isOfHost tells whether what is followed is what this host's kernel says.
func isOfHost(c *Config) bool {
	return c.LogSource == SourceMulticast || c.LogSource == SourceStdin || logFile(c.Log) == logFile(hostLog)
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

// hostLog is the folder of this host's log, which may be yet to come.
const hostLog = "/var/log/audit"

// logFile gives the live log of a folder.
func logFile(path string) string {
	if info, err := os.Stat(path); path == hostLog || err == nil && info.IsDir() {
		return filepath.Join(path, "audit.log")
	}
	return path
}

func (s *logSource) run(ctx context.Context) error {
	asking, stop := context.WithCancel(ctx)
	var kernel sync.WaitGroup
	kernel.Go(func() { s.kernel.run(asking) })
	defer kernel.Wait()
	defer stop()
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
	s.read = s.options.Position != nil
	s.options.Again = s.a.store.NextSeq() > 1
	s.options.OtherWay = s.before.Way != "" && s.before.Way != follow.WayFile
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
// so the next is read while this one is. What can't be given is read again, and
// nothing of it counts as told.
func (s *logSource) take(b *follow.Batch) error {
	was := s.progress
	err := s.offer(b)
	if err != nil {
		s.progress = was
	}
	return err
}

func (s *logSource) offer(b *follow.Batch) error {
	o := &offer{state: map[string][]byte{}, way: b.Way}
	s.watched(b, o)
	for _, p := range b.Problems {
		s.problem(p, o)
	}
	s.lostByKernel(b, o)
	s.offInKernel(b, o)
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
	s.save(b, o)
	o.whole = s.whole
	return s.ahead.offer(o)
}

// save says where the log was read up to, with what is stored anyway, or once in a
// while.
func (s *logSource) save(b *follow.Batch, o *offer) {
	now := s.a.host.Now()
	if b.CaughtUp && b.Way != "" {
		s.before.To = now.UnixMilli()
	}
	s.read = s.read || b.Position != nil
	if len(o.facts) == 0 && now.Sub(s.saved) <= savePeriod {
		return
	}
	s.saved = now
	if b.Position != nil {
		o.state[positionKey] = b.Position
	}
	if s.before.Way != "" {
		o.state[watchedKey], _ = json.Marshal(s.before)
	}
	if s.lost != nil {
		o.state[lostKey], _ = json.Marshal(s.lost)
	}
	if s.audit.At != 0 {
		o.state[auditKey], _ = json.Marshal(s.audit)
	}
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

// watched says that the log is watched from now on, or isn't, when that began.
func (s *logSource) watched(b *follow.Batch, o *offer) {
	if s.told && s.way == b.Way {
		return
	}
	now := s.a.host.Now()
	w := fact.Watched{Source: "log", Up: b.Way != "", Since: s.before.To, At: now.UnixMilli()}
	if w.Up {
		w.Whole = b.Way == follow.WayFile && (s.read || s.before.Way == follow.WayFile)
		gap := (w.Since != 0 || s.told) && !w.Whole
		w.Why = s.whyWatched(b.Way, gap)
		if gap {
			s.whole, s.unreadTo = false, w.At
		}
		if s.before.Way = b.Way; b.Way != follow.WayFile {
			s.before.To = w.At // what came before can't be asked for
		}
		s.a.log.Info("the audit log is followed", "by", b.Way, "why", w.Why)
	} else if w.Why = "it can't be followed"; s.way != "" {
		w.Why += " any more by " + s.way
	}
	s.way, s.told = b.Way, true
	o.facts = append(o.facts, s.fact(fact.Watch, now, fact.Encode(w)))
}

// whyWatched says by what the log is watched from now on and, of a gap before, how
// that came.
func (s *logSource) whyWatched(way string, gap bool) string {
	switch {
	case !gap:
		return "by " + way
	case !s.told:
		return "the service was down until it was followed by " + way
	case s.way == "":
		return "it could not be followed until it was by " + way
	}
	return "it was followed by " + s.way + " before, and is by " + way + " now"
}

// problem says what went wrong with the log, where that may have lost records.
func (s *logSource) problem(p follow.Problem, o *offer) {
	s.a.log.Warn("audit log", "problem", string(p.Kind), "where", p.Where, "text", p.Text)
	if !p.Loses() {
		return
	}
	s.whole = false
	since, at := s.a.health.vitals().LastKnown, s.a.host.Now().UnixMilli()
	if !p.From.IsZero() {
		since = p.From.UnixMilli()
	}
	if !p.To.IsZero() {
		at = p.To.UnixMilli()
	}
	o.facts = append(o.facts, s.gap("log", since, at, p.String()))
}

func (s *logSource) fact(k fact.Kind, at time.Time, text []byte) fact.Fact {
	return fact.Fact{
		Kind: k, Node: s.a.config.Node, Source: "log",
		Stamp: record.Stamp{Millis: at.UnixMilli()}, Text: text,
	}
}
