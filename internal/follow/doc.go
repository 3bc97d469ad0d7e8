// Package follow gives the records of this host's audit log as they come, as
// facts in batches, by the way that works:
//
//	file       auditd's log and its rotations, read on from a stored position
//	multicast  the kernel's multicast group, which needs no auditd
//	stdin      standard input: an auditd plugin of format string
//
// # What is given
//
// The records that auditlog picks, in the order of their source. A batch has the
// position behind its records; whoever stores both at once has each record once,
// whenever it is killed. Multicast and stdin have no position: what came while
// nobody listened is gone.
//
// When a source has no more to say, what was gathered is held for a moment, so
// that lines which overtook each other come together, and is then given as
// caught up.
//
// # A position in the log
//
// Rotation renames: audit.log becomes audit.log.1, that audit.log.2, and the
// last one goes. Its inode is used again at once. So a position knows its file by
// what it holds:
//
//	{"v":1, "dev":..., "ino":..., "at":OFFSET,
//	 "head":HASH of its first bytes, "tail":HASH of the last ones before OFFSET,
//	 "last":TIME of the last record, "again":whether Batch.Again holds}
//
// head and tail are of up to 1024 bytes. A file that has both is the one, under
// whatever name, compressed or copied too; the inode only decides between
// several. It is read on from OFFSET to its end, then the newer ones, then the
// live one. A file is left when a newer one has text: its writer then writes to
// that one. Until a line of the new file was taken, the position stays at the end
// of the old.
//
// A file that loses its name while it is read was compressed, or copied and
// removed: its copy, known by what was read, is read on. So is that of a log that
// was truncated with copytruncate. One that was cut without a copy, or written
// anew, is read from its beginning; and if the position's file is gone, the log is
// read from the oldest that is there. What may have come before is marked:
// Batch.Again.
//
// A line without newline is left until it has one, or its file was left. Lines
// of more than a MiB are passed over.
//
// # What goes wrong
//
// A Problem says what: a log that was truncated, replaced or rotated away before
// it was read, a receive buffer that ran over, a file that can't be read, a clock
// that was set back. Where records may be missing it says of which time.
//
// The package stores nothing and knows nothing of guests.
package follow
