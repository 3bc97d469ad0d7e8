package report

import (
	"bufio"
	"bytes"
	"fmt"
	"testing"
)

// TestInBlocks: rows come in order, each once, however many there are.
func TestInBlocks(t *testing.T) {
	for _, n := range []int{0, 1, blockRows, blockRows + 1, 2 * blockRows, 7*blockRows + 3} {
		var got, want bytes.Buffer
		out := bufio.NewWriter(&got)
		inBlocks(out, n, func() func(*bufio.Writer, int, int) {
			return func(w *bufio.Writer, from, to int) {
				for i := from; i < to; i++ {
					fmt.Fprintln(w, i)
				}
			}
		})
		out.Flush()
		for i := range n {
			fmt.Fprintln(&want, i)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%d rows come out wrong", n)
		}
	}
}
