// Package record reads and writes single audit records, above all the VIRT_*
// records in which libvirt tells the kernel which host resources a guest got.
//
// # The format
//
// A record as auditd writes it:
//
//	node=h1 type=VIRT_RESOURCE msg=audit(1363099126.643:31): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'
//
// Four parties write it, and each field belongs to one of them (see Section):
// the sender gives the text from virt= to the last device field, libaudit
// appends exe= to res=, the kernel adds pid= to subj= and the quotes of msg=,
// and auditd adds node=, type= and, with log_format=ENRICHED, a tail of names
// after the byte 0x1d. The quote is never escaped: a path may hold one, so the
// text ends at the last quote, not at the next.
//
// The same record comes in other clothes too: from the kernel's own log
// ("audit: type=2501 audit(...): ..."), through syslog, and from the kernel's
// multicast group (ParseKernel), where the type is a number beside the text.
//
// # Values
//
// A value is written as audit_encode_nv_string of libaudit does: name="value",
// or name=HEX (upper case, no quotes) where the value holds a byte below 0x21
// or above 0x7e, or a double quote. A value that is not there is "?". Some
// values libvirt writes as they are (Raw in the catalogue): a space in such a
// one makes the record ambiguous.
//
// # What this package promises
//
// Every byte of a line is accounted for: Append of a parsed record gives the
// line back, whatever was in it, and fields that no catalogue row knows are
// kept in their place. What can't be read with certainty is read by the
// catalogue's knowledge and marked (see Marks); nothing is dropped.
//
// The catalogue (Kinds) is a table with one row a kind of record. Parsing,
// building, JSON names and docs/records.md all follow it.
//
// Neither parsing into a reused Record nor appending one allocates.
//
// The facts were measured on libvirt 9.0.0, libaudit 3.0.9, auditd 3.0.9 and
// Linux 6.1 and 6.18.
package record
