package record

const upperHex = "0123456789ABCDEF"

// NeedsEncoding tells whether audit_encode_nv_string of libaudit would write
// the value in hex: it holds a byte below 0x21, a double quote, 0x7f, or a
// byte of 0x80 and above.
func NeedsEncoding(value []byte) bool {
	for _, c := range value {
		if encodeByte(c) {
			return true
		}
	}
	return false
}

func encodeByte(c byte) bool { return c < 0x21 || c == '"' || c >= 0x7f }

// AppendEncoded appends a value as audit_encode_nv_string writes it: in double
// quotes, or as upper-case hex without quotes where NeedsEncoding says so.
func AppendEncoded(dst, value []byte) []byte {
	if NeedsEncoding(value) {
		return appendHex(dst, value)
	}
	dst = append(dst, '"')
	dst = append(dst, value...)
	return append(dst, '"')
}

func appendHex(dst, value []byte) []byte {
	for _, c := range value {
		dst = append(dst, upperHex[c>>4], upperHex[c&15])
	}
	return dst
}

// isHex tells whether b is what appendHex writes: upper-case digits, an even
// number of them, and not none.
func isHex(b []byte) bool { return len(b) > 0 && len(b)%2 == 0 && hexDigits(b) }

func hexDigits(b []byte) bool {
	for _, c := range b {
		if unhex(c) > 15 {
			return false
		}
	}
	return true
}

// unhex gives the value of an upper-case hex digit, or 255.
func unhex(c byte) byte { return hexValues[c] }

var hexValues = func() (values [256]byte) {
	for c := range values {
		values[c] = 255
	}
	for value, c := range []byte(upperHex) {
		values[c] = byte(value)
	}
	return values
}()

// parseHex reads upper-case hex digits that stand for at most 32 bits.
func parseHex(b []byte) (n uint64, ok bool) {
	for _, c := range b {
		digit := unhex(c)
		if n = n<<4 | uint64(digit); digit > 15 || n > 0xffffffff {
			return 0, false
		}
	}
	return n, len(b) > 0
}

// appendUnhex appends what the hex digits stand for; an odd digit at the end,
// left by a cut, is not half a byte of anything and is passed over.
func appendUnhex(dst, digits []byte) []byte {
	for i := 0; i+1 < len(digits); i += 2 {
		dst = append(dst, unhex(digits[i])<<4|unhex(digits[i+1]))
	}
	return dst
}
