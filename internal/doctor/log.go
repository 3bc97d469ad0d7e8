package doctor

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// logs are auditd's log with its rotations.
type logs struct {
	path  string    // of the live log
	files []logFile // oldest first, the live log last
	size  uint64
	err   error // why they can't be read
}

type logFile struct {
	path   string // on this file system
	number int    // of the rotation; 0 is the live log
	size   int64
}

// logPath gives the place of auditd's log.
func logPath(config settings) string {
	return cmp.Or(config["log_file"], "/var/log/audit/audit.log")
}

// findLogs looks for the log and its rotations, NAME.1, NAME.2 and so on.
func (h Host) findLogs(config settings) logs {
	l := logs{path: logPath(config)}
	dir, base := filepath.Split(h.path(l.path))
	entries, err := os.ReadDir(dir)
	if err != nil {
		l.err = err
		return l
	}
	for _, e := range entries {
		number, ok := rotation(e.Name(), base)
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if !ok || err != nil || !info.Mode().IsRegular() {
			continue
		}
		l.files = append(l.files, logFile{filepath.Join(dir, e.Name()), number, info.Size()})
		l.size += uint64(info.Size())
	}
	slices.SortFunc(l.files, func(a, b logFile) int { return b.number - a.number })
	l.err = h.readable(l.path)
	return l
}

// rotation gives the number in the name of a rotation, 0 for the log itself.
func rotation(name, base string) (number int, ok bool) {
	rest, ok := strings.CutPrefix(name, base)
	if rest == "" || !ok {
		return 0, ok
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(rest, "."), 10, 16)
	return int(n), err == nil && rest[0] == '.' && n > 0
}

func (h Host) readable(path string) error {
	f, err := openRegular(h.path(path))
	if err == nil {
		f.Close()
	}
	return err
}

// log tells whether there is a log and this process may read it.
func (e *examination) log() finding {
	l := e.logs
	switch {
	case errors.Is(l.err, fs.ErrNotExist):
		return finding{Wrong, l.path + ": there is none", "see auditd and auditd.conf"}
	case errors.Is(l.err, fs.ErrPermission):
		return finding{Unknown, l.path + ": " + reason(l.err), "run this as root, or as a member of the group that log_group in auditd.conf names"}
	case l.err != nil:
		return finding{Wrong, l.path + ": " + reason(l.err), "see log_file in auditd.conf"}
	case l.size == 0:
		return finding{Wrong, l.path + ": empty, though auditd writes a record when it starts", "see auditd and auditd.conf"}
	}
	first, err := l.first()
	if err != nil {
		return finding{Wrong, l.path + ": no audit record: " + reason(err), "see log_file in auditd.conf, and what else writes there"}
	}
	f := ok(fmt.Sprintf("%s: %s, %s, since %s", l.path, count(len(l.files), "file"), size(l.size), e.host.time(first.Time())))
	if last, err := l.last(); err == nil && e.silent(last) {
		f.state = Warning
		f.detail += fmt.Sprintf("; nothing since %s, though auditd runs and the kernel audits", e.host.time(last.Time()))
		f.advice = fmt.Sprintf("auditd stops writing on a full disk or a failed write: see its messages and auditd.conf, then make it go on: kill -USR2 %d", e.daemon.pid)
	}
	return f
}

// longSilence is how long auditd has nothing to write only where it has stopped:
// what timers and logins do is recorded every day.
const longSilence = day

// silent tells whether the log ends too long ago for a host that audits.
func (e *examination) silent(last record.Stamp) bool {
	audits := e.statusErr == nil && e.status.Enabled != kaudit.Off && e.daemon.name == "auditd"
	return audits && e.host.Now().Sub(last.Time()) > longSilence
}

// maxLook is how much is read to find one record.
const maxLook = 64 << 10

var errNoRecord = errors.New("none found")

// first gives the stamp of the oldest record.
func (l logs) first() (record.Stamp, error) {
	for _, f := range l.files {
		text, err := f.part(0, maxLook)
		if err != nil {
			return record.Stamp{}, err
		}
		for line := range bytes.Lines(text) {
			if s, ok := stamp(line); ok {
				return s, nil
			}
		}
	}
	return record.Stamp{}, errNoRecord
}

// last gives the stamp of the newest record.
func (l logs) last() (record.Stamp, error) {
	for _, f := range slices.Backward(l.files) {
		text, err := f.part(f.size-maxLook, maxLook)
		if err != nil {
			return record.Stamp{}, err
		}
		lines := bytes.Split(text, []byte("\n"))
		for _, line := range slices.Backward(lines) {
			if s, ok := stamp(line); ok {
				return s, nil
			}
		}
	}
	return record.Stamp{}, errNoRecord
}

func stamp(line []byte) (record.Stamp, bool) {
	var r record.Record
	err := r.Parse(bytes.TrimSuffix(line, []byte("\n")))
	return r.Stamp, err == nil
}

// part reads a part of a log, from its beginning if from is negative.
func (f logFile) part(from, length int64) ([]byte, error) {
	file, err := openRegular(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.NewSectionReader(file, max(0, from), length))
}
