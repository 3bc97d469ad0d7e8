package when_test

import (
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/when"
)

func Example() {
	ref := when.Reference{Now: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)}
	since, _ := when.Since("3 days ago", ref)
	until, _ := when.Until("2026-11-22", ref)
	fmt.Println(since.Format(time.RFC3339Nano))
	fmt.Println(until.Format(time.RFC3339Nano))
	// Output:
	// 2026-11-20T15:04:05Z
	// 2026-11-22T23:59:59.999Z
}

func ExampleAt() {
	ref := when.Reference{Now: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)}
	first, last, _ := when.At("14:00:05", ref)
	fmt.Println(first.Format(time.RFC3339Nano), last.Format(time.RFC3339Nano))
	_, _, err := when.At("2026-02-30", ref)
	fmt.Println(err)
	// Output:
	// 2026-11-23T14:00:05Z 2026-11-23T14:00:05.999Z
	// time "2026-02-30": day out of range
}
