package cli

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/when"
)

const aUUID = "11111111-2222-4333-8444-55555555555A"

func TestAuvirtOptions(t *testing.T) {
	for _, test := range []struct {
		args string
		want auvirtCommand
	}{
		{"", auvirtCommand{}},
		{"-a -s --show-uuid --proof --debug --stdin", auvirtCommand{
			allEvents: true, summary: true, showUUID: true, proof: true, debug: true, stdin: true,
		}},
		{"--all-events --summary", auvirtCommand{allEvents: true, summary: true}},
		{"-f a --file b --file=-c", auvirtCommand{files: []string{"a", "b", "-c"}}},
		{"-v g --vm=--x -u " + aUUID, auvirtCommand{vm: "--x", uuid: aUUID}},
		{"-ts today -te now", auvirtCommand{start: auvirtTime{date: "today"}, end: auvirtTime{date: "now"}}},
		{"--start 11/23/26 14:00 --end 11/23/26 15:00:05 -a", auvirtCommand{
			start: auvirtTime{"11/23/26", "14:00"}, end: auvirtTime{"11/23/26", "15:00:05"}, allEvents: true,
		}},
		{"-ts 11/23/26 14:00 -ts today", auvirtCommand{start: auvirtTime{date: "today"}}},
		{"--start=today -a", auvirtCommand{start: auvirtTime{date: "today"}, allEvents: true}},
		{"-h --nonsense", auvirtCommand{help: true}},
	} {
		var got auvirtCommand
		if err := got.parse(strings.Fields(test.args)); err != nil {
			t.Errorf("%q: %v", test.args, err)
		} else if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %+v, want %+v", test.args, got, test.want)
		}
	}
}

func TestAuvirtOptionErrors(t *testing.T) {
	for args, want := range map[string]string{
		"--nonsense":        `unknown option "--nonsense"`,
		"-as":               `unknown option "-as"`,
		"-":                 `unknown option "-"`,
		"--":                `unknown option "--"`,
		"-v=g":              `unknown option "-v=g"`,
		"audit.log":         `argument "audit.log": a file comes behind -f, all else are options`,
		"-f":                "option -f needs a value",
		"-f -a":             "option -f needs a value",
		"--start":           "option --start needs a value",
		"--start= 14:00":    `option --start "": there is no date`,
		"--proof=yes":       "option --proof takes no value",
		"-u 1111":           `option -u "1111": that is no uuid`,
		"-u " + aUUID + "0": `option -u "` + aUUID + `0": that is no uuid`,
		"--stdin -f a":      "--stdin and --file exclude each other",
	} {
		var a auvirtCommand
		if err := a.parse(strings.Fields(args)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", args, err, want)
		}
	}
}

func TestAuvirtPeriod(t *testing.T) {
	ref := when.Reference{Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	a := auvirtCommand{start: auvirtTime{"10/26/26", "07:34"}, end: auvirtTime{date: "now"}}
	since, until, err := a.period(ref)
	if want := time.Date(2026, 10, 26, 7, 34, 0, 0, time.UTC); err != nil || !since.Equal(want) || until.Before(ref.Now) {
		t.Errorf("got %v, %v, %v", since, until, err)
	}
	for option, a := range map[string]auvirtCommand{
		"--start": {start: auvirtTime{date: "nonsense"}},
		"--end":   {end: auvirtTime{"today", "25:00"}},
	} {
		if _, _, err := a.period(ref); err == nil || !strings.Contains(err.Error(), option) {
			t.Errorf("wrong %s: %v", option, err)
		}
	}
}

func TestArguments(t *testing.T) {
	for _, test := range []struct{ argv, want string }{
		{"virtaudit report x", "report x"},
		{"/usr/local/bin/auvirt -a", "auvirt -a"},
		{"auvirt", "auvirt"},
		{"./auvirt.sh -a", "-a"},
		{"", ""},
	} {
		if got := arguments(strings.Fields(test.argv)); !slices.Equal(got, strings.Fields(test.want)) {
			t.Errorf("%q: got %q, want %q", test.argv, got, test.want)
		}
	}
}
