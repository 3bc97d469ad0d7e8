package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// An answer is what is sent to a request that went well.
type answer struct {
	status int // 200 unless set
	kind   string
	body   []byte
	etag   string // of what seldom or never changes
	link   string
	// unwatched is how many times without a watch rows in CSV have no place for.
	unwatched string
}

// unwatchedHeader tells of an answer in CSV in how many times within its own
// nobody watched.
const unwatchedHeader = "Virtaudit-Unwatched"

const jsonType = "application/json"

// asJSON makes an answer of a value.
func asJSON(v any) (*answer, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("answer %T: %w", v, err)
	}
	return &answer{kind: jsonType, body: append(body, '\n')}, nil
}

// send writes an answer, or that the client has it already.
func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Accept, Accept-Encoding, Authorization")
	h.Set("Cache-Control", "no-store")
	if a.etag != "" {
		h.Set("Cache-Control", "private, no-cache")
		h.Set("ETag", a.etag)
		if matchesETag(r.Header.Get("If-None-Match"), a.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if a.link != "" {
		h.Set("Link", a.link)
	}
	if a.unwatched != "" {
		h.Set(unwatchedHeader, a.unwatched)
	}
	h.Set("Content-Type", a.kind)
	body := a.body
	if len(body) >= minCompressed && acceptsGzip(r) {
		body = compressed(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	w.Write(body)
}

// matchesETag tells whether a list of a request's has a tag. A weak one is as
// good, as what is sent may be compressed.
func matchesETag(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// minCompressed is from what length on an answer is compressed.
const minCompressed = 1024

// acceptsGzip tells whether a client takes gzip: named, and not with q=0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		q, weighted := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !weighted || err == nil && weight > 0
	}
	return false
}

var gzips = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is one
	}
	return z
}}

func compressed(body []byte) []byte {
	var out bytes.Buffer
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(&out)
	z.Write(body) // a buffer takes all
	z.Close()
	return out.Bytes()
}
