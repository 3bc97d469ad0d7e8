package report

import "strings"

// wrapped breaks a text at blanks into lines of a width; behind a comma where
// there is one not too far from the end, to keep the parts of a list together.
// A word that is wider, as a path may be, stays whole, so that it can be
// copied.
func wrapped(s string, to int) []string {
	if to <= 0 || width(s) <= to {
		return []string{s}
	}
	var lines []string
	words := strings.SplitAfter(s, " ")
	for {
		n := fitting(words, to)
		line := strings.Join(words[:n], "")
		if words = words[n:]; len(words) == 0 {
			return append(lines, line)
		}
		lines = append(lines, strings.TrimSuffix(line, " "))
	}
}

// fitting gives how many of the words, one at least, make a line.
func fitting(words []string, to int) int {
	used, behindComma := 0, 0
	for i, word := range words {
		n := width(word)
		if i > 0 && used+width(strings.TrimSuffix(word, " ")) > to {
			if behindComma > 0 {
				return behindComma
			}
			return i
		}
		used += n
		if strings.HasSuffix(word, ", ") && used > to/2 {
			behindComma = i + 1
		}
	}
	return len(words)
}

// broken breaks a text into lines of a width wherever that is.
func broken(s string, to int) []string {
	if to <= 0 || width(s) <= to {
		return []string{s}
	}
	var lines []string
	from, used := 0, 0
	for i, r := range s {
		n := runeWidth(r)
		if used+n > to && i > from {
			lines = append(lines, s[from:i])
			from, used = i, 0
		}
		used += n
	}
	return append(lines, s[from:])
}
