// Package follow follows this host's audit log, and gives its records as facts, in
// batches. It takes the first of these ways that works:
//
//	file       auditd's log and its rotations, read on from a stored position
//	multicast  the kernel's multicast group, which needs no auditd
//	stdin      standard input: an auditd plugin of format string
//
// # What is given
//
// The records that package auditlog picks, in the order of their source. Each batch
// has the position in the log behind its records: who stores both in one transaction
// has each record exactly once, even after a kill. Multicast and stdin have no
// position, and what comes while nobody listens is lost.
//
// When a source has no more to say, what was gathered is held for a moment, so that
// lines which overtook each other come together. Then it is given, marked as caught
// up.
//
// # A position in the log
//
// Rotation renames audit.log to audit.log.1, audit.log.1 to audit.log.2, and so on,
// and removes the last file, whose inode is used again at once. So a position
// identifies its file by content:
//
//	{"v":1, "dev":..., "ino":..., "at":OFFSET,
//	 "head":HASH of its first bytes, "tail":HASH of the last ones before OFFSET,
//	 "last":TIME of the last record, "again":whether Batch.Again holds}
//
// head and tail are hashes of up to 1024 bytes. A file that has both is the right one,
// whatever its name, and even if it was compressed or copied; the inode only decides
// between several. It is read from OFFSET to its end, then the newer files, then the
// live one. A file is left when a newer one has text, since its writer writes to that
// one then. Until a line of the new file was taken, the position stays at the end of
// the old one.
//
// A file that loses its name while it is read was compressed, or copied and removed.
// Its copy, recognized by what was read, is read on. The same goes for a log that was
// truncated by copytruncate. A log that was cut without a copy, or written anew, is
// read from its beginning. If the position's file is gone, reading begins at the oldest
// file. Records that may have been given before are marked by Batch.Again.
//
// A line without a newline waits until it has one, or its file is left. Lines of more
// than 1 MiB are skipped.
//
// # What goes wrong
//
// A Problem tells of a log that was truncated, replaced or rotated away before it was
// read, of a receive buffer that ran over, a file that can't be read, or a clock that
// was set back. If records may be missing it says of what time.
//
// The package stores nothing, and knows nothing of guests.
package follow
