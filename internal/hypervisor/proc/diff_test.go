package proc

import (
	"slices"
	"testing"
)

func TestDiff(t *testing.T) {
	disk := func(path string, count int) Held {
		return Held{Kind: File, Path: path, Access: ReadWrite, Count: count}
	}
	random := func(count int) Held { return Held{Kind: Char, Path: "/dev/urandom", Count: count} }
	events := func(count int) Held { return Held{Kind: Anon, Path: "[eventfd]", Expected: "event", Count: count} }
	again := disk("/srv/b", 1)
	again.Inode = 7
	for _, tc := range []struct {
		name                        string
		before, after, gained, lost []Held
	}{
		{"nothing", nil, nil, nil, nil},
		{"the same", []Held{disk("/srv/a", 1), random(2)}, []Held{disk("/srv/a", 1), random(2)}, nil, nil},
		{"another disk", []Held{disk("/srv/a", 1), disk("/srv/c", 1)}, []Held{disk("/srv/b", 1), disk("/srv/c", 1)}, []Held{disk("/srv/b", 1)}, []Held{disk("/srv/a", 1)}},
		{"one more", []Held{random(1)}, []Held{random(3)}, []Held{random(2)}, nil},
		{"one less", []Held{random(3)}, []Held{random(2)}, nil, []Held{random(1)}},
		{"another file of the name", []Held{disk("/srv/b", 1)}, []Held{again}, []Held{again}, []Held{disk("/srv/b", 1)}},
		{"expected", []Held{events(3)}, []Held{events(9), random(1)}, []Held{random(1)}, nil},
		{"all gone", []Held{disk("/srv/a", 1), random(2)}, nil, nil, []Held{random(2), disk("/srv/a", 1)}},
	} {
		slices.SortFunc(tc.before, Held.compare)
		slices.SortFunc(tc.after, Held.compare)
		gained, lost := Diff(&Sight{Held: tc.before}, &Sight{Held: tc.after})
		if !slices.Equal(gained, tc.gained) || !slices.Equal(lost, tc.lost) {
			t.Errorf("%s: gained %+v, lost %+v; want %+v, %+v", tc.name, gained, lost, tc.gained, tc.lost)
		}
	}
}
