package agent

import (
	"fmt"
	"slices"
	"strings"
)

// envPrefix is what the names of all settings in the environment begin with.
const envPrefix = "VIRTAUDIT_"

// CheckEnv refuses a variable whose name is nearly that of a setting, of the names
// of an environment's: VIRTAUDIT_LISTENTCP. Another that is none isn't ours to
// judge: who runs containers makes VIRTAUDIT_PORT of a service's name.
func CheckEnv(names []string) error {
	for _, name := range slices.Sorted(slices.Values(names)) {
		word, ours := strings.CutPrefix(name, envPrefix)
		if !ours || slices.ContainsFunc(Settings, func(s Setting) bool { return s.Env() == name }) {
			continue
		}
		for i := range Settings {
			if nearly(word, strings.TrimPrefix(Settings[i].Env(), envPrefix)) {
				return fmt.Errorf("%s: there is no such setting; did you mean %s?", name, Settings[i].Env())
			}
		}
	}
	return nil
}

// nearly tells whether two words differ in one letter at the most, of long ones in
// two, whatever their case and their underscores.
func nearly(a, b string) bool {
	plain := func(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "_", "")) }
	a, b = plain(a), plain(b)
	most := 1
	if len(b) > 6 {
		most = 2
	}
	return len(a) <= len(b)+most && edits(a, b) <= most
}

// edits is how many letters are to be put in, left out or changed to make one word
// of another (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
