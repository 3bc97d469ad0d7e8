// Package kaudit talks to the Linux kernel's audit: it sends messages of which
// the kernel makes records, listens to the records that are made, and tells
// what state audit is in and which rules it goes by. For hosts where the kernel
// can't be reached, as in containers, it writes the same records elsewhere.
//
// # Sending
//
// Conn.Send takes a Message as package guest makes them, appends exe= to res=
// as libaudit does, and returns when there is a record, or says why not. An
// acknowledgement alone doesn't prove that: the kernel gives one also when
// audit is disabled. So each message goes with a probe, see Conn.Send. Texts
// that the kernel would cut are refused; Shorten makes them fit.
//
// A File, a Writer and a Tee of several are Senders too. They write lines as
// auditd does with log_format=RAW, with serial numbers of their own.
//
// # The socket
//
// A Conn is a netlink socket of the protocol NETLINK_AUDIT. A request is a
// message of the header (length, type, flags, sequence, port; five numbers in
// the machine's byte order) and a text or a structure of linux/audit.h. The
// kernel first acknowledges it, or refuses it with an error number, and then
// answers with one message or, for a list, with several and an end. Both carry
// the request's sequence number; whatever carries another one is left over from
// a call that was cancelled, and is passed by.
//
// A Subscription is a socket in the multicast group AUDIT_NLGRP_READLOG: the
// kernel sends it each record, as it does to auditd. If the socket's receive
// buffer is full the kernel drops what comes and says so once (ENOBUFS), which
// is a Delivery like any other.
//
// The structures grew over the years. Status takes those of every kernel since
// 2.6.16: what an older kernel doesn't tell is zero, and what a newer one adds
// is left alone.
//
// # What it doesn't know
//
// The package knows nothing of what libvirt records (package guest does) nor of
// auditd. The kernel is of use on Linux alone: on other systems the package
// compiles, and Dial and Subscribe fail with ErrUnsupported.
//
// The facts were measured on Linux 6.18 and libaudit 3.0.9.
package kaudit
