package record

// Append appends the record as a line without newline. What was parsed comes
// out as it went in, byte for byte.
func (r *Record) Append(dst []byte) []byte {
	dst = r.appendHead(dst)
	dst = append(dst, r.sep...)
	dst = appendFields(dst, r.Fields(Kernel))
	dst = append(dst, r.open...)
	dst = appendFields(dst, r.Fields(Message))
	dst = appendFields(dst, r.Fields(Libaudit))
	dst = append(dst, r.close...)
	dst = appendFields(dst, r.Fields(Auditd))
	return append(dst, r.rest...)
}

// AppendMessage appends the sender's text alone, from virt= to the last device
// field: what a program hands to libaudit or to the kernel.
func (r *Record) AppendMessage(dst []byte) []byte {
	return appendFields(dst, r.Fields(Message))
}

func (r *Record) appendHead(dst []byte) []byte {
	dst = append(dst, r.prefix...)
	if r.form != kernelForm {
		if r.node != nil {
			dst = append(dst, nodeEq...)
			dst = append(dst, r.node...)
			dst = append(dst, ' ')
		}
		dst = append(dst, typeEq...)
		dst = append(dst, r.typeText...)
	}
	switch r.form {
	case logForm:
		dst = append(dst, msgAudit...)
	case numberForm:
		dst = append(dst, audit...)
	case kernelForm:
		dst = append(dst, audit[1:]...)
	}
	dst = append(dst, r.stamp...)
	return append(dst, ')')
}

func appendFields(dst []byte, fields []Field) []byte {
	for i := range fields {
		dst = append(dst, fields[i].text...)
	}
	return dst
}
