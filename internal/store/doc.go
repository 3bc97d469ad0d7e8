// Package store keeps facts, and the trail that is derived from them, in one
// SQLite file.
//
// # Format
//
// The file is a SQLite database with the application id "vaud". Its user version is
// the version of the schema: schema.sql is the first, and each schemaN.sql changes
// the one before. Facts are only ever added: their sequence numbers go up by one, a
// trigger forbids changes, and only retention deletes them. Everything else in the
// file is derived from the facts and can be made anew (Rebuild), except for a few
// tables: meta (such as the machine's id), state (positions of sources and the like,
// committed together with the facts that they cover), counts, and what retention has
// removed.
//
// Times are milliseconds since 1970. A Moment is two columns, _ms and _serial; the
// zero Moment is 0 and 0. Texts are the bytes of the record, whether or not they are
// valid UTF-8.
//
// # Finding what held at a time
//
// A session or a holding is an interval of time. Its class says how long it is, in
// powers of four. All intervals of one class that touch a stretch of time begin
// within that class's width before it. So an index by class and beginning finds them
// with one search per class, and reads few that don't touch. SQLite's R*Tree was
// measured against this, with 400,000 intervals that are written when they begin and
// again when they end: it finds them as fast, but takes 2.2 times the processor time
// to fill and 1.6 times the space, and its coordinates have 32 bits.
//
// If the beginning isn't known, or a clock that was set back makes the end earlier
// than the beginning, the interval is in a class that is searched as a whole.
//
// # What survives a crash
//
// Once Commit returns, the batch is in the file (WAL, synchronous=FULL). Neither a
// killed process nor a power failure takes it back, as long as the disk keeps what it
// acknowledged. A batch that was not committed leaves no trace. If the disk is full
// Commit gives ErrFull, and the same batch can be committed when there is room again.
//
// # Who may open it
//
// One process writes, which a lock on PATH.lock ensures. Any number of processes may
// read, also while it writes. A reader never changes the file.
//
// # Retention
//
// Retain removes whole sessions, and the facts that nothing else needs. What has to
// be known of them to derive the rest anew is the Checkpoint.
//
// # What it doesn't know
//
// What facts mean: the derived rows are handed in together with the facts. Nor when
// to remove what is old, nor what time it is.
package store
