package main

import (
	"regexp"
	"strings"
)

// logged is how testing begins a message of t.Log, t.Skip and the like.
var logged = regexp.MustCompile(`^\s+([^\s:]+\.go):\d+: (.*)`)

// transcript is the file whose messages are no reason: testscript logs the
// script it ran after the script's skip.
const transcript = "testscript.go"

// reason finds why a test was skipped in what it printed: the last message
// that it logged, on one line.
func reason(output string) string {
	var words []string
	taking := false
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		switch m := logged.FindStringSubmatch(line); {
		case m != nil && m[1] == transcript:
			taking = false
		case m != nil:
			words = strings.Fields(m[2])
			taking = true
		case taking && strings.HasPrefix(line, "        "):
			words = append(words, strings.Fields(line)...)
		default:
			taking = false
		}
	}
	if len(words) == 0 {
		return "no reason given"
	}
	return strings.Join(words, " ")
}
