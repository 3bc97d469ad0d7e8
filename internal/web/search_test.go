package web

import (
	"net/url"
	"testing"
)

func TestSearch(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for _, tc := range []struct {
		q                 string
		guests, resources int
	}{
		{"WEB", 1, 0},
		{"8e1f6c52", 5, 0},
		{"<img", 1, 0},
		{"/dev/hw", 0, 1},
		{"rng:/dev/hwrng", 0, 1},
		{"disk:/dev/hwrng", 0, 0},
		{"52:54:00", 0, 5},
		{"52-54-00-5A-10-01", 0, 1},
		{"nothing", 0, 0},
	} {
		o := ask(t, s, "/api/v1/search?q="+url.QueryEscape(tc.q))
		guests, resources := o["guests"].([]any), o["resources"].([]any)
		if len(guests) != tc.guests || len(resources) != tc.resources || o["more"] != false {
			t.Errorf("%q: %v", tc.q, o)
		}
		for _, r := range resources {
			held := items(ask(t, s, "/api/v1/holdings?resource="+url.QueryEscape(r.(object)["resource"].(string))))
			if float64(len(held)) < r.(object)["count"].(float64) {
				t.Errorf("%v: %d holdings", r, len(held))
			}
		}
	}
	o := ask(t, s, "/api/v1/search?limit=2&q=8")
	if len(o["guests"].([]any)) != 2 || o["more"] != true {
		t.Errorf("two of five: %v", o)
	}
}
