package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// problemConn answers with a problem where net/http itself refuses what it read:
// without a Host, with a header too large, and what is no HTTP at all. It writes
// that past all handlers, in plain text and at once.
type problemConn struct{ net.Conn }

// refusalHeader is what net/http's own refusals have behind their first line, and
// nothing else has: answers of handlers have more.
const refusalHeader = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"

func (c problemConn) Write(b []byte) (int, error) {
	text := refused(b)
	if text == nil {
		return c.Conn.Write(b)
	}
	if _, err := c.Conn.Write(text); err != nil {
		return 0, err
	}
	return len(b), nil
}

// refused gives a refusal of net/http's as a problem, or nil of all else.
func refused(b []byte) []byte {
	rest, ok := bytes.CutPrefix(b, []byte("HTTP/1.1 "))
	if !ok || len(rest) == 0 || rest[0] != '4' && rest[0] != '5' {
		return nil
	}
	line, detail, ok := bytes.Cut(rest, []byte(refusalHeader))
	if !ok || bytes.Contains(line, []byte("\r")) || len(line) < 3 {
		return nil
	}
	status, err := strconv.Atoi(string(line[:3]))
	if err != nil {
		return nil
	}
	body, err := json.Marshal(newProblem(status, "%.200s", detail))
	if err != nil {
		return nil
	}
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nConnection: close\r\n\r\n%s\n",
		status, http.StatusText(status), body)
}
