//go:build linux

package main

import (
	"io"
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	p, err := parse([]string{"-sizes", "1MiB, 2MiB", "-binary", "b", "-o", "x.md"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.compare, []int64{1 << 20, 2 << 20}) || p.binary != "b" || p.out != "x.md" {
		t.Errorf("%+v", p)
	}
	if p, _ = parse(nil, io.Discard); !slices.Contains(p.compare, aimSize) || p.onlyVirt != aimOnlyVirtSize {
		t.Errorf("the plan does not measure what the aims are stated for: %+v", p)
	}
	if p, _ = parse([]string{"-large"}, io.Discard); p.linear[len(p.linear)-1] != 8<<30 {
		t.Errorf("-large: %v", p.linear)
	}
	if p, _ = parse([]string{"-quick"}, io.Discard); p.compare[0] >= 64<<20 {
		t.Errorf("-quick: %+v", p)
	}
	for _, args := range [][]string{{"-sizes", "big"}, {"-sizes", "1MiB,"}, {"-nope"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
