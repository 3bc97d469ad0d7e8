package cli

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"sync"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// lines keeps the lines of records as they were read, for --proof=records: what
// a record will prove isn't known before the log's end, and standard input is
// read once. They lie in blocks, beside an index that is put in order when the
// first is asked for; so they take little more memory than their text. They may
// be asked for from several goroutines, once all are kept.
type lines struct {
	wanted func(node string) bool // of which hosts; nil is of all
	nodes  map[string]int32       // their numbers; -1 of one that isn't wanted
	blocks [][]byte

	mu     sync.Mutex // of what puts the index in order
	index  []keptLine
	sorted bool
}

// keptLine is where the line of an event is.
type keptLine struct {
	at       trail.Moment
	node     int32
	block    int32
	from, to uint32 // in the block
}

// lineBlock is the size of a block; a longer line gets one of its own.
const lineBlock = 1 << 20

// keep keeps a record's line. The node is that of records that name none.
func (l *lines) keep(node string, r *record.Record, line []byte) {
	n := l.number(node, r.NodeBytes())
	if n < 0 {
		return
	}
	last := len(l.blocks) - 1
	if last < 0 || cap(l.blocks[last])-len(l.blocks[last]) < len(line) {
		l.blocks = append(l.blocks, make([]byte, 0, max(lineBlock, len(line))))
		last++
	}
	from := len(l.blocks[last])
	l.blocks[last] = append(l.blocks[last], line...)
	l.index = append(l.index, keptLine{r.Stamp, n, int32(last), uint32(from), uint32(from + len(line))})
	l.sorted = false
}

// number gives the number of a node: that of the record, or else the stream's.
func (l *lines) number(stream string, node []byte) int32 {
	if len(node) == 0 {
		node = []byte(stream)
	}
	if n, ok := l.nodes[string(node)]; ok {
		return n
	}
	if l.nodes == nil {
		l.nodes = map[string]int32{}
	}
	n := int32(len(l.nodes))
	if l.wanted != nil && !l.wanted(string(node)) {
		n = -1
	}
	l.nodes[string(node)] = n
	return n
}

// maxLines and maxLinesSize bound how many lines of one event are given, and
// their bytes. An event has one or a few, none of them longer than 9 KiB before
// auditd adds to it. A file may say that thousands have one stamp, or that one has
// megabytes, and each statement that they prove would give them all.
const maxLines, maxLinesSize = 16, 32 << 10

// of gives the first lines of an event in the order in which they were read, and
// tells how many more there are.
func (l *lines) of(node string, at trail.Moment) (texts []string, more int) {
	all := l.event(node, at)
	size := 0
	for i, k := range all {
		line := l.text(k)
		if size += len(line); i == maxLines || size > maxLinesSize {
			return texts, len(all) - i
		}
		texts = append(texts, string(line))
	}
	return texts, 0
}

// each gives all lines of an event. They are not to be changed.
func (l *lines) each(node string, at trail.Moment) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, k := range l.event(node, at) {
			if !yield(l.text(k)) {
				return
			}
		}
	}
}

func (l *lines) text(k keptLine) []byte { return l.blocks[k.block][k.from:k.to] }

// event finds the lines of an event.
func (l *lines) event(node string, at trail.Moment) []keptLine {
	n, ok := l.nodes[node]
	if !ok {
		return nil
	}
	l.order()
	from, _ := slices.BinarySearchFunc(l.index, at, func(k keptLine, at trail.Moment) int { return k.compare(n, at) })
	found := l.index[from:]
	to, _ := slices.BinarySearchFunc(found, at, func(k keptLine, at trail.Moment) int { return cmp.Or(k.compare(n, at), -1) })
	return found[:to]
}

// order puts the index in order by events, and takes copies out.
func (l *lines) order() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sorted {
		return
	}
	slices.SortStableFunc(l.index, func(a, b keptLine) int { return a.compare(b.node, b.at) })
	l.dropCopies()
	l.sorted = true
}

// dropCopies leaves the first of those lines of an event that differ in no more
// than what auditd adds.
func (l *lines) dropCopies() {
	kept := l.index[:0]
	for from, to := 0, 0; from < len(l.index); from = to {
		first := l.index[from]
		for to = from + 1; to < len(l.index) && l.index[to].compare(first.node, first.at) == 0; to++ {
		}
		if to == from+1 {
			kept = append(kept, first)
			continue
		}
		seen := map[string]bool{}
		for _, k := range l.index[from:to] {
			if said := string(sent(l.text(k))); !seen[said] {
				seen[said] = true
				kept = append(kept, k)
			}
		}
	}
	l.index = kept
}

func (k keptLine) compare(node int32, at trail.Moment) int {
	return cmp.Or(cmp.Compare(k.node, node), cmp.Compare(k.at.Millis, at.Millis), cmp.Compare(k.at.Serial, at.Serial))
}

// sent gives a record's line without what auditd adds to it: the node before
// it, and the names behind it.
func sent(line []byte) []byte {
	if bytes.HasPrefix(line, []byte("node=")) {
		_, line, _ = bytes.Cut(line, []byte(" "))
	}
	line, _, _ = bytes.Cut(line, []byte{0x1d})
	return line
}
