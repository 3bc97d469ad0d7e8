package cli

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// lines keeps the lines of records as they were read, for --proof=records: what
// a record will prove isn't known before the log's end, and standard input is
// read once. They lie in blocks, beside an index that is put in order when the
// first is asked for; so they take little more memory than their text.
type lines struct {
	wanted func(node string) bool // of which hosts; nil is of all
	nodes  map[string]int32       // their numbers; -1 of one that isn't wanted
	blocks [][]byte
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

// of gives the lines of an event in the order in which they were read. Of
// copies that differ in what auditd adds, it gives the first.
func (l *lines) of(node string, at trail.Moment) []string {
	n, ok := l.nodes[node]
	if !ok {
		return nil
	}
	if !l.sorted {
		slices.SortStableFunc(l.index, func(a, b keptLine) int { return a.compare(b.node, b.at) })
		l.sorted = true
	}
	i, _ := slices.BinarySearchFunc(l.index, at, func(k keptLine, at trail.Moment) int { return k.compare(n, at) })
	var texts []string
	seen := map[string]bool{}
	for ; i < len(l.index) && l.index[i].compare(n, at) == 0; i++ {
		k := l.index[i]
		line := l.blocks[k.block][k.from:k.to]
		if said := string(sent(line)); !seen[said] {
			seen[said] = true
			texts = append(texts, string(line))
		}
	}
	return texts
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
