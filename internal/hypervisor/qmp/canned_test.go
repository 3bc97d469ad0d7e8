package qmp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"testing"
	"time"
)

// canned gives a client whose peer gives one answer after the other, over and
// over.
func canned(t *testing.T, answers [][]byte) *Client {
	t.Helper()
	near, far := net.Pipe()
	go func() {
		defer far.Close()
		fmt.Fprintln(far, greeting)
		n := 0
		for lines := bufio.NewScanner(far); lines.Scan(); n++ {
			result := answers[n%len(answers)]
			if !json.Valid(result) {
				result = []byte("null")
			}
			var q struct{ ID uint64 }
			_ = json.Unmarshal(lines.Bytes(), &q) // our own
			fmt.Fprintf(far, `{"return": %s, "id": %d}`+"\n", oneLine(result), q.ID)
		}
	}()
	c, err := newClient(context.Background(), near, "canned", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func oneLine(text []byte) []byte {
	for i, b := range text {
		if b == '\n' || b == '\r' {
			text[i] = ' '
		}
	}
	return text
}
