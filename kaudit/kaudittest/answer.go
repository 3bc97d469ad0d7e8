package kaudittest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"syscall"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// Types and flags of messages (linux/netlink.h, linux/audit.h).
const (
	typeError     = 2
	typeDone      = 3
	typeGet       = 1000
	typeListRules = 1013
	typeUserAVC   = 1107

	flagAck = 4

	headerSize = 16
	maxText    = 8560
	invalid    = 22 // EINVAL in the kernel's numbers, on whatever system this runs
)

// message is one netlink message.
type message struct {
	kind, flags uint16
	seq         uint32
	data        []byte
}

func (m message) append(dst []byte) []byte {
	dst = binary.NativeEndian.AppendUint32(dst, uint32(headerSize+len(m.data)))
	dst = binary.NativeEndian.AppendUint16(dst, m.kind)
	dst = binary.NativeEndian.AppendUint16(dst, m.flags)
	dst = binary.NativeEndian.AppendUint32(dst, m.seq)
	dst = binary.NativeEndian.AppendUint32(dst, 0) // port
	return append(dst, m.data...)
}

// answer is the kernel as package kaudit asks it.
func (k *Kernel) answer(request []byte) ([][]byte, error) {
	answers, hold, err := k.workOff(request)
	if hold != nil {
		<-hold
	}
	return answers, err
}

// workOff answers the messages of a datagram under one lock. It gives what to
// wait for then, if a record was made.
func (k *Kernel) workOff(request []byte) (answers [][]byte, hold <-chan struct{}, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy > 0 {
		k.busy--
		return nil, nil, syscall.ENOBUFS
	}
	before := len(k.records)
	for len(request) >= headerSize {
		size := int(binary.NativeEndian.Uint32(request))
		if size < headerSize || size > len(request) {
			return nil, nil, errors.New("kaudittest: a message with a wrong length")
		}
		m := message{
			kind:  binary.NativeEndian.Uint16(request[4:]),
			flags: binary.NativeEndian.Uint16(request[6:]),
			seq:   binary.NativeEndian.Uint32(request[8:]),
			data:  bytes.Clone(request[headerSize:size]),
		}
		request = request[min((size+3)&^3, len(request)):]
		number, more := k.one(m)
		if number != 0 || m.flags&flagAck != 0 {
			answers = append(answers, m.error(number))
		}
		answers = append(answers, more...)
	}
	if len(k.records) > before {
		hold = k.hold
	}
	return answers, hold, nil
}

// one answers one message: with an error number, and with what it asks for.
func (k *Kernel) one(m message) (number int32, answers [][]byte) {
	if refused := k.refused(); refused != 0 {
		return int32(refused), nil
	}
	switch kind := record.Type(m.kind); {
	case m.kind == typeGet:
		return 0, [][]byte{m.reply(typeGet, statusData(k.status))}
	case m.kind == typeListRules:
		return 0, k.listRules(m)
	case kind >= 1100 && kind <= 1199, kind >= 2100 && kind <= 2999:
		return k.user(m), nil
	}
	return invalid, nil
}

// user takes a message of which a record is to be made.
func (k *Kernel) user(m message) (number int32) {
	switch {
	case k.status.Enabled == kaudit.Off && m.kind != typeUserAVC:
		return 0
	case len(m.data) < 2:
		return invalid
	}
	text := m.data[:min(len(m.data)-1, maxText)]
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	k.keep(record.Type(m.kind), text)
	return 0
}

func (k *Kernel) listRules(m message) [][]byte {
	var answers [][]byte
	for _, r := range k.rules {
		answers = append(answers, m.reply(typeListRules, ruleData(r)))
	}
	return append(answers, m.reply(typeDone, nil))
}

// reply makes a datagram of an answer.
func (m message) reply(kind uint16, data []byte) []byte {
	return message{kind: kind, seq: m.seq, data: data}.append(nil)
}

// error makes one that refuses, or acknowledges with 0.
func (m message) error(number int32) []byte {
	return m.reply(typeError, binary.NativeEndian.AppendUint32(nil, uint32(-number)))
}
