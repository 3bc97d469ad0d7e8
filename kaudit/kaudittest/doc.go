// Package kaudittest has a fake of the Linux kernel's audit, for tests of
// programs that use package kaudit. Such a test needs no root and no Linux, and
// can have every failure at will.
//
// A Kernel takes the place of kaudit.Dial and kaudit.Subscribe. It gets the
// same netlink messages as the real one and answers them in the same way, so
// all of kaudit is at work in such a test: a message is cut at 8560 bytes, one
// that is sent while audit is disabled is acknowledged and dropped, and so on.
// What was measured is Linux 6.18.
//
// It has no auditd, no rate limit and no rules that drop records, and nobody
// else uses it: all of its records are of this process.
package kaudittest
