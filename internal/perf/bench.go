//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// bench measures by a plan.
type bench struct {
	plan      plan
	dir       string // for logs and what is built
	progress  io.Writer
	generator string
}

// measure does all that is planned.
func (b *bench) measure(ctx context.Context) (*findings, error) {
	f := &findings{plan: b.plan, machine: thisMachine(ctx)}
	floor, err := installed("true", "true").execute(ctx, "", b.plan.timeout)
	if err != nil {
		return nil, err
	}
	f.floor = floor.rss
	for _, step := range []func(context.Context, *findings) error{
		b.compareAll, b.growLinear, b.onlyVirt, b.growAuvirt, b.measureService, b.measurePage,
	} {
		if err := step(ctx, f); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (b *bench) summary() program {
	return program{name: summaryName, path: b.plan.binary, args: []string{"summary"}}
}

func (b *bench) sessions() program {
	return program{name: "virtaudit sessions --format jsonl", path: b.plan.binary, args: []string{"sessions", "--format", "jsonl"}}
}

func (b *bench) who() program {
	return program{name: whoName, path: b.plan.binary, args: []string{"who", "/dev/urandom"}}
}

func (b *bench) events() program {
	return program{name: eventsName, path: b.plan.binary, args: []string{"events"}}
}

func ripgrep() program { return installed(rgName, "rg", "-c", "^type=VIRT_") }

// others are the programs beside virtaudit that end at any size.
func others() []program {
	return []program{
		ripgrep(),
		installed("grep -c '^type=VIRT_'", "grep", "-c", "^type=VIRT_"),
		installed("ausearch -m VIRT_CONTROL,VIRT_RESOURCE,VIRT_MACHINE_ID --raw -if", "ausearch",
			"-m", "VIRT_CONTROL,VIRT_RESOURCE,VIRT_MACHINE_ID", "--raw", "-if"),
	}
}

func (b *bench) compareAll(ctx context.Context, f *findings) error {
	programs := append([]program{b.summary(), b.who(), b.events(), b.sessions()}, others()...)
	for _, size := range b.plan.compare {
		err := b.withLog(ctx, size, nil, func(log string) error {
			rows, err := b.inTurn(ctx, programs, log, size)
			f.compared = append(f.compared, rows...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) growLinear(ctx context.Context, f *findings) error {
	for _, size := range b.plan.linear {
		err := b.withLog(ctx, size, nil, func(log string) error {
			rows, err := b.inTurn(ctx, []program{b.summary()}, log, size)
			f.linear = append(f.linear, rows...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) onlyVirt(ctx context.Context, f *findings) error {
	return b.withLog(ctx, b.plan.onlyVirt, []string{"-only-virt"}, func(log string) error {
		rows, err := b.inTurn(ctx, []program{b.summary(), b.sessions(), ripgrep()}, log, b.plan.onlyVirt)
		f.onlyVirt = rows
		return err
	})
}

// growAuvirt runs auvirt over ever larger logs until it takes too long.
func (b *bench) growAuvirt(ctx context.Context, f *findings) error {
	auvirt := installed(auvirtName, "auvirt", "--summary", "-f")
	programs := []program{auvirt, b.summary()}
	for _, size := range b.plan.auvirt {
		err := b.withLog(ctx, size, nil, func(log string) error {
			rows, err := b.inTurn(ctx, programs, log, size)
			f.auvirt = append(f.auvirt, rows...)
			return err
		})
		if err != nil {
			return err
		}
		if f.auvirt[len(f.auvirt)-len(programs)].skipped != "" {
			return nil
		}
	}
	return nil
}

// inTurn runs the programs over the log, A B A B.
func (b *bench) inTurn(ctx context.Context, programs []program, log string, size int64) ([]row, error) {
	rows := make([]row, len(programs))
	samples := make([][]sample, len(programs))
	for i, p := range programs {
		rows[i] = row{program: p.name, size: size}
		if p.path == "" {
			rows[i].skipped = "not installed"
		}
	}
	for range b.plan.runs {
		for i, p := range programs {
			if rows[i].skipped != "" || tookLong(samples[i]) {
				continue
			}
			s, err := p.execute(ctx, log, b.plan.timeout)
			if errors.Is(err, errTimeout) {
				rows[i].skipped = fmt.Sprintf("not done in %v", b.plan.timeout)
				continue
			}
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], s)
		}
	}
	for i := range rows {
		rows[i].sample = median(samples[i])
	}
	return rows, nil
}

func tookLong(samples []sample) bool {
	return len(samples) > 0 && samples[len(samples)-1].wall > longRun
}
