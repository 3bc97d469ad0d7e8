// Package input turns the arguments of a command into streams of audit text,
// in the order in which the text was written.
//
// It knows files, directories, log rotation, compression and the journal's
// export format. It knows nothing about records: what follows a record's stamp
// passes through as it is, and type numbers are named by the caller.
//
// # Arguments
//
//	FILE        a log, plain or compressed, or a journal export; a pipe too
//	DIR         every log in it, oldest first; sub-directories are not entered
//	NODE=FILE   the same, for logs that name no node: Source.Node is NODE
//	NODE=DIR
//	-           standard input
//
// An argument that exists as a path is a path, also when it holds a "=".
//
// # Rotations
//
// In a directory, logs are the files NAME.log, NAME.log.N (auditd),
// NAME.log-DATE, NAME.log.DATE and NAME-DATE.log (logrotate), all also with
// .gz, .xz, .zst and the like. Other files are ignored. The rotations of one
// log are read oldest first: dated ones by date, then numbered ones from the
// highest number down, then NAME.log. FILE arguments are ordered in the same
// way, because a shell expands audit.log* to the newest first.
//
// auditd may rotate while a directory is being listed. So Expand opens the logs
// at once, lists the directory again and starts over if a name stands for
// another file now. What it has opened stays what it is, whatever auditd
// renames or deletes later. It holds at most 512 files open so; further ones
// are opened when they are read, and it is an error if they have been replaced
// by then.
//
// # Compression
//
// gzip, zstd and xz are known by their first bytes, not by a name; several
// members, frames or streams in a file are read as one. Of a cut or damaged
// file, what comes before the damage is delivered before the error is: with
// gzip all of it, with zstd and xz all blocks before the one that is damaged
// (at most 128 KiB and 2 MiB of text are lost). Decompression takes memory for
// the window that the file asks for, up to 64 MiB (what xz -9 and zstd --ultra
// -21 use); a file that asks for more is refused. An xz file of many blocks
// takes up to three times as much, as each block gets a new window.
//
// # Journal
//
// The output of journalctl -o export is known by its fields and converted to
// lines as auditd writes them; see journal.go.
package input

// DefaultDir is where auditd keeps its logs.
const DefaultDir = "/var/log/audit"
