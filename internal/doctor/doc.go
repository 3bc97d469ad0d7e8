// Package doctor looks at a host and says why it has, or hasn't, an audit trail
// of its guests.
//
// A guest's record takes a way: libvirt's daemon sends it, the kernel takes it
// if its audit is on and no rule drops it, auditd writes it to a log, the log is
// rotated away some day. Each check is about one part of that way and gives one
// line that says what was found and, where that isn't well, one that says what
// to do. A check that may not look says so and what it would need.
//
// What is known by measuring: audit_level=2 keeps libvirt's daemons from
// starting only where the kernel has no audit at all; where it is merely off
// they start, and they record again as soon as it is on. A rule without
// conditions drops nothing. What a rule says of system calls and files doesn't
// touch the records that programs send. A rule about a program is about the file
// that its path leads to, whatever that is called.
//
// The host enters as a Host: a folder that holds its /etc, /proc, /run and
// /var, and functions that ask its kernel. Files are read in small parts, never
// a whole log.
package doctor
