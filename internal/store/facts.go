package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// putFacts adds facts, and counts them.
func (w *writer) putFacts(facts []fact.Fact) error {
	counts := map[fact.Kind]int{}
	for i := range facts {
		f := &facts[i]
		err := w.exec(`INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			int64(f.Seq), int64(f.Kind), f.Node, f.Source, int64(f.Type), f.Stamp.Millis, int64(f.Stamp.Serial), f.Settled, notNil(f.Text))
		if err != nil {
			return fmt.Errorf("fact %d: %w", f.Seq, err)
		}
		if err := w.putObserved(f); err != nil {
			return fmt.Errorf("guest of fact %d: %w", f.Seq, err)
		}
		counts[f.Kind]++
	}
	for kind, n := range counts {
		err := w.exec(`INSERT INTO counts VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`, int64(kind), n)
		if err != nil {
			return fmt.Errorf("count of facts: %w", err)
		}
	}
	return nil
}

const factColumns = `seq, kind, node, source, type, millis, serial, settled, text`

// scanner is a row.
type scanner interface{ Scan(...any) error }

func scanFact(row scanner) (*fact.Fact, error) {
	var f fact.Fact
	var seq, serial, kind, typ int64
	err := row.Scan(&seq, &kind, &f.Node, &f.Source, &typ, &f.Stamp.Millis, &serial, &f.Settled, &f.Text)
	f.Seq, f.Kind, f.Type, f.Stamp.Serial = uint64(seq), fact.Kind(kind), record.Type(typ), uint64(serial)
	return &f, err
}

// Fact gives the fact of that number; ErrNotFound where there is none, or no
// more.
func (s *Store) Fact(ctx context.Context, seq uint64) (*fact.Fact, error) {
	f, err := scanFact(s.read.QueryRowContext(ctx, `SELECT `+factColumns+` FROM facts WHERE seq = ?`, int64(seq)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("fact %d: %w", seq, ErrNotFound)
	}
	return f, classify(err)
}

// FactsAt gives the records that have a stamp, in the order of their numbers.
// With node "" it is those of all nodes.
func (s *Store) FactsAt(ctx context.Context, node string, stamp record.Stamp) ([]*fact.Fact, error) {
	return s.facts(ctx, `SELECT `+factColumns+` FROM facts WHERE kind = 1 AND millis = ?1 AND serial = ?2
		AND (?3 = '' OR node = ?3) ORDER BY seq`, stamp.Millis, int64(stamp.Serial), node)
}

// factPage is how many facts are read at once: between pages the store holds
// nothing, however slow they are used.
const factPage = 1024

// Facts gives all facts from a number on, also those that are added meanwhile.
// After an error nothing follows.
func (s *Store) Facts(ctx context.Context, from uint64) iter.Seq2[*fact.Fact, error] {
	return func(yield func(*fact.Fact, error) bool) {
		for {
			page, err := s.facts(ctx, `SELECT `+factColumns+` FROM facts WHERE seq >= ? ORDER BY seq LIMIT ?`, int64(from), factPage)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range page {
				if !yield(f, nil) {
					return
				}
				from = f.Seq + 1
			}
			if len(page) < factPage {
				return
			}
		}
	}
}

func (s *Store) facts(ctx context.Context, query string, args ...any) (facts []*fact.Fact, err error) {
	err = each(ctx, s.read, query, args, func(row scanner) error {
		f, err := scanFact(row)
		facts = append(facts, f)
		return err
	})
	return facts, err
}
