package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/spreadsheet"
)

// A column is one of a list in CSV.
type column[T any] struct {
	name string
	text func(*T) string
}

const csvType = "text/csv; charset=utf-8; header=present"

// wantsCSV tells which form of a list is asked for.
func (r *request) wantsCSV() (bool, error) {
	format, err := r.word("format", "json", "csv")
	if err != nil || format != "" {
		return format == "csv", err
	}
	for _, header := range r.Header.Values("Accept") {
		for kind := range strings.SplitSeq(header, ",") {
			kind, _, _ = strings.Cut(kind, ";")
			switch strings.ToLower(strings.TrimSpace(kind)) {
			case "text/csv":
				return true, nil
			case jsonType, "*/*":
				return false, nil
			}
		}
	}
	return false, nil
}

// asCSV writes RFC 4180: a header, a row a line, CRLF; beside it how many times
// within its own nobody watched.
func asCSV[T any](rows []T, columns []column[T], unwatched []unwatchedJSON) (*answer, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	line := make([]string, len(columns))
	for i := range columns {
		line[i] = columns[i].name
	}
	w.Write(line)
	for i := range rows {
		for j := range columns {
			line[j] = spreadsheet.Guard(plain(columns[j].text(&rows[i])))
		}
		w.Write(line)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, kind: csvType, body: out.Bytes(), unwatched: strconv.Itoa(len(unwatched))}, nil
}

// plain writes what a terminal would obey or hide as escapes, and a backslash
// as two.
func plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == utf8.RuneError && size == 1, r < utf8.RuneSelf && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			b.WriteString(s[i : i+size])
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

func csvMoment(m *moment) string {
	if m == nil {
		return ""
	}
	return m.Time
}

func csvNumber[N int | int64 | uint64](n N) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}
