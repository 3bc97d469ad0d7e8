package input

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRotation(t *testing.T) {
	tests := []struct {
		name string
		want rotation
	}{
		{"audit.log", rotation{base: "audit.log", class: live}},
		{"audit.log.1", rotation{base: "audit.log", class: numbered, number: 1}},
		{"audit.log.999", rotation{base: "audit.log", class: numbered, number: 999}},
		{"audit.log.2.gz", rotation{base: "audit.log", class: numbered, number: 2, packed: true}},
		{"audit.log.xz", rotation{base: "audit.log", class: live, packed: true}},
		{"audit.log.3.bz2", rotation{base: "audit.log", class: numbered, number: 3, packed: true}},
		{"audit.log-20260131", rotation{base: "audit.log", class: dated, date: "20260131"}},
		{"audit.log-20260131.zst", rotation{base: "audit.log", class: dated, date: "20260131", packed: true}},
		{"audit.log-2026-01-31", rotation{base: "audit.log", class: dated, date: "20260131"}},
		{"audit.log-2026013117", rotation{base: "audit.log", class: dated, date: "2026013117"}},
		{"audit.log.20260131", rotation{base: "audit.log", class: dated, date: "20260131"}},
		{"audit-20260131.log", rotation{base: "audit.log", class: dated, date: "20260131"}},
		{"audit-remote.log", rotation{base: "audit-remote.log", class: live}},
		{"h-1.log", rotation{base: "h-1.log", class: live}},
		{"a.log.log.1", rotation{base: "a.log.log", class: numbered, number: 1}},
	}
	for _, tt := range tests {
		if got, ok := parseRotation(tt.name); !ok || got != tt.want {
			t.Errorf("parseRotation(%q) = %+v, %v, want %+v", tt.name, got, ok, tt.want)
		}
	}
}

func TestParseRotationOfOtherFiles(t *testing.T) {
	for _, name := range []string{
		"", ".", "README", "audit", ".log", ".gz", ".audit.log.swp", ".audit.log", "audit.log~",
		"audit.log.old", "audit.logs", "audit.log.", "audit.log-", "audit.log-1", "audit.log1",
		"audit.log.1.tmp", "audit.log.-1", "audit.log.+1", "audit.log.99999999999999999999999999",
		"audit.log--20260131", "audit.log_20260131", "audit.gz",
	} {
		if got, ok := parseRotation(name); ok {
			t.Errorf("parseRotation(%q) = %+v, want it not to be a log", name, got)
		}
	}
}

func TestRotationsByAge(t *testing.T) {
	want := strings.Fields(`a.log-20251230.gz a.log-20251231 a-20260101.log
		a.log.10 a.log.9.xz a.log.2.gz a.log.2 a.log.1 a.log`)
	got := slices.Clone(want)
	slices.Sort(got)
	slices.SortFunc(got, func(a, b string) int {
		p, _ := parseRotation(a)
		q, _ := parseRotation(b)
		return p.compareAge(q)
	})
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
