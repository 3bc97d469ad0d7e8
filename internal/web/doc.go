// Package web shows the trail over HTTP: an API under /api/v1, a page that uses
// it, and what a service is watched by: /healthz, /readyz, /metrics.
//
// # Form
//
// openapi.yaml describes all of it; a test holds the handlers to that file: its
// paths, parameters and the form of each answer. Answers are JSON, lists also
// CSV, errors RFC 9457.
//
// Lists come in pages. A cursor is opaque to the client: it holds the place of
// the last row in an order that never changes, and a sum of the parameters, so
// that it can't be used with others.
//
// # Who may read
//
// A unix socket is guarded by its permissions. TCP is loopback only, and needs
// a token all the same: every process of the host reaches loopback, and so does
// a guest on QEMU's user networking. A request must name a loopback host, so
// that no page of another site reaches the service by a name of its own. No
// answer allows another origin to read it.
//
// Nothing can be changed over HTTP.
//
// # What it bounds
//
// Connections, requests at a time, their headers, and how many rows an answer
// has. A reader of the event stream that doesn't keep up is cut off: nobody
// waits for it.
//
// # What it doesn't know
//
// How a trail follows from facts, and how it is kept: it asks a Store. Which
// resource a text names, and who held it at a moment, package trail says.
package web
