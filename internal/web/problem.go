package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// A problem is an answer that tells what went wrong (RFC 9457).
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    Text   `json:"detail,omitempty"`
	Parameter Text   `json:"parameter,omitempty"`
}

func (p *problem) Error() string { return p.Title + ": " + string(p.Detail) }

func newProblem(status int, format string, args ...any) *problem {
	return &problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: Text(fmt.Sprintf(format, args...)),
	}
}

// badParameter tells of a parameter that can't be used.
func badParameter(name, format string, args ...any) *problem {
	p := newProblem(http.StatusBadRequest, "%s: %s", name, fmt.Sprintf(format, args...))
	p.Parameter = Text(name)
	return p
}

func notFound(format string, args ...any) *problem {
	return newProblem(http.StatusNotFound, format, args...)
}

// write sends a problem. No cache keeps it.
func (p *problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("web: problem: %v", err)) // no field of it can fail
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}

func isProblem(err error) bool {
	var p *problem
	return errors.As(err, &p)
}
