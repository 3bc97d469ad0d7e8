// Package store keeps facts, and the trail that is derived from them, in one
// SQLite file.
//
// # Format
//
// The file is a SQLite database with the application id "vaud" and the version
// of its schema as user version; schema.sql is the first, and schema2.sql and those
// behind it change it. Facts are only ever added: their sequence numbers go up by
// one, a trigger forbids changes, and only retention deletes. All else in the file
// is derived and can be made anew from the facts (Rebuild), but for a few tables:
// meta (the machine's id), state (positions of sources and the like, which are
// committed with the facts that they cover), counts, and what a retention removed.
//
// Times are milliseconds since 1970. A Moment is two columns, _ms and _serial;
// the zero Moment is 0 and 0. Texts are the bytes that a record had, valid as
// UTF-8 or not.
//
// # What holds at a time
//
// A session, or a holding, is an interval of times. Its class says how long it
// is, in powers of four: all of one class that touch a stretch of time begin
// within that class's width before it. So one index by class and beginning finds
// them with one search a class, and reads few that don't touch. SQLite's R*Tree
// was measured against it, with 400,000 intervals that are written when they begin
// and again when they end: it finds as fast, takes 2.2 times the processor's time
// to fill and 1.6 times the room, and its coordinates have 32 bits.
//
// What begins nobody knows when, or ends before it began as a clock was set back,
// is in a class that is searched whole.
//
// # What is lost when
//
// A commit is in the file once Commit returns (WAL, synchronous=FULL): neither a
// killed process nor a power failure takes it back, as far as the disk keeps what
// it was told to. What was not committed leaves no trace. Where the disk is full
// Commit gives ErrFull, and the same batch can be committed when there is room.
//
// # Who may open it
//
// One process writes, as a lock on PATH.lock sees to; any number read, while it
// does and when nobody does. A reader never changes the file.
//
// # Retention
//
// Whole sessions go, and facts that nothing needs that stays (Retain). What is left
// of them, the Checkpoint, is from where the rest is derived anew.
//
// # What it doesn't know
//
// What facts mean: the derived rows are handed in with the facts. When to remove
// what is old, and the time.
package store
