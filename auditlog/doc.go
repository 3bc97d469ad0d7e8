// Package auditlog finds the records that matter to guests in streams of audit
// text, at the speed of memory.
//
// A log of a busy host is 97 % other records. A Scanner walks from newline to
// newline and looks at what a line begins with; only lines of the picked types
// are ever parsed:
//
//	VIRT_*                         what guests are and hold
//	AVC, USER_AVC, SECCOMP         what was denied
//	ANOM_*                         what went wrong: a process that crashed
//	SYSTEM_BOOT, SYSTEM_SHUTDOWN   where a host's life begins and ends
//	DAEMON_*                       when auditd itself was there to write
//
// A line counts by its own type: type=VIRT_ inside a path, a name or another
// program's message is not a record. Lines may be raw or ENRICHED, with node=,
// and behind the header of syslog or the kernel's log.
//
// The scanner gives records in the order of the stream and keeps none of them.
// It knows nothing of guests, and nothing of files: rotations and compression
// are its caller's.
package auditlog
