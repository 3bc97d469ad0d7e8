package web

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A textLine is one attribute or text of a definition, with its place.
type textLine struct{ path, value string }

// textChange is what a definition says otherwise than the one before. Nil is
// what it didn't say, or says no more.
type textChange struct {
	Path   Text  `json:"path"`
	Before *Text `json:"before"`
	After  *Text `json:"after"`
}

// maxDefinition bounds what of a definition is compared.
const (
	maxDefinition = 4 << 20
	maxLines      = 20_000
	maxDepth      = 64
)

// flatten gives the attributes and texts of an XML document in order, each with
// the names of the elements that it stands in, without the outermost: that is the
// same in all.
func flatten(text string) ([]textLine, error) {
	if len(text) > maxDefinition {
		return nil, fmt.Errorf("the definition has %d bytes, and %d are compared", len(text), maxDefinition)
	}
	d := xml.NewDecoder(strings.NewReader(text))
	var lines []textLine
	var path []string
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the definition: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, elementName(t.Name))
			lines = append(lines, opened(path, t.Attr)...)
		case xml.EndElement:
			path = path[:max(0, len(path)-1)]
		case xml.CharData:
			if value := strings.TrimSpace(string(t)); value != "" {
				lines = append(lines, textLine{within(path), value})
			}
		}
		if len(lines) > maxLines || len(path) > maxDepth {
			return nil, fmt.Errorf("the definition has more than %d parts, or %d levels", maxLines, maxDepth)
		}
	}
}

// opened gives what an element says itself: its attributes, or that it is there.
func opened(path []string, attributes []xml.Attr) []textLine {
	where := within(path)
	if len(attributes) == 0 && len(path) > 1 {
		return []textLine{{where, ""}}
	}
	lines := make([]textLine, 0, len(attributes))
	for _, a := range attributes {
		lines = append(lines, textLine{where + "@" + elementName(a.Name), a.Value})
	}
	return lines
}

func within(path []string) string { return strings.Join(path[min(1, len(path)):], "/") }

func elementName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// diff tells what two lists of lines have that the other has not. One that is
// gone and one that came at the same place, of the same path, are one change.
func diff(before, after []textLine) []textChange {
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	if len(before)*len(after) > maxCells {
		return paired(before, after)
	}
	var changes []textChange
	common := longestCommon(before, after)
	i, j := 0, 0
	for _, at := range append(common, [2]int{len(before), len(after)}) {
		changes = append(changes, paired(before[i:at[0]], after[j:at[1]])...)
		i, j = at[0]+1, at[1]+1
	}
	return changes
}

// maxCells bounds the table by which two definitions are compared; what differs
// more is told as all gone and all new.
const maxCells = 1 << 20

// longestCommon gives the places of the longest list of lines that both have in
// this order.
func longestCommon(a, b []textLine) [][2]int {
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width) // of what is common from there on
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	var common [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common = append(common, [2]int{i, j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return common
}

// paired makes changes of lines that are gone and lines that came.
func paired(gone, came []textLine) []textChange {
	changes := make([]textChange, 0, len(gone)+len(came))
	came = slices.Clone(came)
	byPath := map[string][]int{}
	for i, c := range came {
		byPath[c.path] = append(byPath[c.path], i)
	}
	used := make([]bool, len(came))
	for _, g := range gone {
		before := Text(g.value)
		c := textChange{Path: Text(g.path), Before: &before}
		if at := byPath[g.path]; len(at) > 0 {
			after := Text(came[at[0]].value)
			c.After, used[at[0]], byPath[g.path] = &after, true, at[1:]
		}
		if c.After == nil || *c.After != before {
			changes = append(changes, c)
		}
	}
	for i, n := range came {
		if !used[i] {
			after := Text(n.value)
			changes = append(changes, textChange{Path: Text(n.path), After: &after})
		}
	}
	return changes
}
