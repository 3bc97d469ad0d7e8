// Package trail makes of audit records what they prove: guests, their runs on
// a host (sessions), and what each session held and when.
//
// It is pure: records go in, sessions come out; it reads no file and no clock.
//
// # Order
//
// Records come nearly in the order in which the kernel numbered them. A window
// of some hundred records puts those that come a little late back in their
// place, by (node, boot, serial). What comes later than that is used where it
// comes, and counted as late. Times are shown and never decide the order, as
// clocks step; a boot begins where the serials of a node begin anew, or at a
// SYSTEM_BOOT. That record alone may be a forgery, so it only presumes: a
// session that is heard of afterwards was alive.
//
// # Sessions
//
// A start's resources are recorded before its VIRT_CONTROL op=start, as
// success even where it fails; so they are kept aside until it comes. A stop
// releases all that a session held. A session without a stop is running, or
// lost where something proves that it ended: the same guest starts again, its
// host boots, or its process crashed and no stop follows. A guest that is seen
// to be active without a start in the log has a session whose start is unknown.
//
// # Growing
//
// A Trail tells all at the end of a log, a Live all the time what changed: for
// that it ends copies of the sessions that records came of. Its rows are named by
// the numbers of facts, so the same facts give the same rows, however often it
// was asked; and sessions that remain when older ones were removed stay the same.
//
// # Proof
//
// Everything carries the stamps of the records that prove it. What the log
// doesn't prove is left open: an unknown start, an end between two moments.
package trail
