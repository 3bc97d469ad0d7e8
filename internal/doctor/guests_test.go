package doctor

import (
	"strings"
	"testing"
)

func TestGuestRecords(t *testing.T) {
	noise := strings.Repeat(logText(logEnd, logEnd+1, 7), 5000) // over half a MiB
	try(t, "guest records", map[string]tc{
		"last": {func(*fake) {}, OK, "1 in the last 9054 bytes of the log, the last at 2026-09-21 14:13:20 UTC", ""},
		"in the rotation": {func(f *fake) {
			f.write(liveLog+".1", noise+noise+virtLine(logEnd-60, 1))
			f.write(liveLog, noise)
		}, OK, "1 in the last 1024 KiB of the log, the last at 2026-09-21 14:12:20", ""},
		"of both files": {func(f *fake) {
			f.write(liveLog+".1", virtLine(logEnd-60, 1)+virtLine(logEnd-50, 2))
			f.write(liveLog, virtLine(logEnd-40, 3)+virtLine(logEnd-30, 4))
		}, OK, "4 in the last 1040 bytes of the log, the last at 2026-09-21 14:12:50", ""},
		"none":          {func(f *fake) { f.write(liveLog, noise) }, Warning, "none in the last", "start a guest"},
		"too long ago":  {func(f *fake) { f.write(liveLog, virtLine(logEnd, 1)+noise+noise+noise) }, Warning, "none in the last 1024 KiB", "start a guest"},
		"no log":        {func(f *fake) { f.remove(liveLog) }, Unknown, "no log", "see log"},
		"empty":         {func(f *fake) { f.write(liveLog, ""); f.write(liveLog+".1", "") }, Unknown, "no log", "see log"},
		"cut at a line": {func(f *fake) { f.write(liveLog, noise+noise+virtLine(logEnd, 1)) }, OK, "1 in the last 1024 KiB", ""},
	})
}
