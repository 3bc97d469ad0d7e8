package qmp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestList(t *testing.T) {
	var l list[int]
	if err := json.Unmarshal([]byte(`[1, 2, 3]`), &l); err != nil || !slices.Equal(l, []int{1, 2, 3}) {
		t.Errorf("a list of three: %v, %v", l, err)
	}
	if err := json.Unmarshal([]byte(`[]`), &l); err != nil || len(l) != 0 {
		t.Errorf("an empty list: %v, %v", l, err)
	}
	for _, text := range []string{`{}`, `1`, `["x"]`, "[" + strings.Repeat("0,", maxList) + "0]"} {
		if err := json.Unmarshal([]byte(text), &l); err == nil {
			t.Errorf("%.20s is read", text)
		}
	}
}
