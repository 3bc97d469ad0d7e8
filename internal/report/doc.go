// Package report writes what the trail found: as text for people, as JSON
// lines and CSV for programs.
//
// It knows no file, clock or terminal: the writer, the terminal's width, its
// colour and the time zone come from the caller.
//
// # Text
//
// Names and paths come from records that hostile guests and programs have a
// hand in. What a terminal would obey or hide (control characters, invalid
// UTF-8, characters that turn the direction or have no width) is written as
// an escape in Go's form: \x1b, \u202e, and \\ for a backslash. A value that
// could be mistaken for something else (empty, blanks at its ends, a comma in
// a list) stands in double quotes. Nothing is cut: on a terminal long values
// go on in the next line. Where the log doesn't say when something was, the
// text doesn't either: "before", "after" and > stand for what is proven.
//
// # JSON lines
//
// One object a session. Times are RFC 3339 in UTC with milliseconds, events
// SECONDS.MILLIS:SERIAL; null is what the log doesn't tell, or what isn't. A
// string that isn't UTF-8 has U+FFFD for its bad bytes, and beside KEY stands
// KEY_hex with all its bytes.
//
//	node uuid name virt session_number  of the guest, from 1
//	state                               starting running closed failed lost
//	start start_event start_reason
//	end end_event end_reason            of a lost one: why it is taken to have ended
//	end_after end_before                in place of end where it is uncertain;
//	                                    end_event is then that of end_before
//	pid init_pid
//	labels       model process image at proof
//	holdings     kind id sub from to reason ended_by proof marks unproven
//	values       kind value from to proof marks         (memory in KiB)
//	permissions  class path acl action from to proof    (cgroup device rules)
//	attempts     kind id sub op at proof marks          (what failed)
//	first_event last_event out_of_order
//
// A proof is a list of events. Where records are to be shown, records follows
// it, or the events above, and lists their lines; records_hex has their bytes
// where these aren't UTF-8, and records_left_out tells how many are too many to be
// listed.
//
// ended_by is stop, detach, update, snapshot or lost. Missing where they say
// nothing: init_pid, sub, marks, unproven, out_of_order, end_after, end_before.
// What a failed start asked for is in its attempts; what one asked for whose
// outcome isn't in the log (starting) is in its holdings.
//
// # CSV
//
// RFC 4180, one row a session; see csv.go for how lists and hostile values are
// written. The last column is proof, or records behind it where they are to be
// shown.
package report
