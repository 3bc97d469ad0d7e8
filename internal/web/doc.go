// Package web serves the trail over HTTP: an API under /api/v1, a page that uses it,
// and /healthz, /readyz and /metrics for monitoring.
//
// # Form
//
// openapi.yaml describes everything, and a test holds the handlers to it: to its paths,
// parameters and the form of each answer. Answers are JSON, lists also CSV, and errors
// follow RFC 9457.
//
// Lists come in pages. A cursor is opaque to the client. It holds the place of the last
// row in an order that never changes, and a checksum of the parameters, so that it can't
// be used with others.
//
// # Who may read
//
// A unix socket is protected by its permissions. TCP is served on loopback only, and
// still needs a token: every process of the host can reach loopback, and so can a guest
// on QEMU's user networking. A request must name a loopback host, so that no web page
// can reach the service under a name of its own. No answer allows another origin to read
// it.
//
// Nothing can be changed over HTTP.
//
// # What it bounds
//
// The number of connections, of requests at a time and of rows in an answer, and the
// size of headers. A reader of the event stream that doesn't keep up is disconnected;
// nothing waits for it.
//
// # What it doesn't know
//
// How the trail follows from facts, and how it is stored: it asks a Store. Which
// resource a text names, and who held it at a moment, is decided by package trail.
package web
