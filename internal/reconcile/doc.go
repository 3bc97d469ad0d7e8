// Package reconcile makes one trail of what all witnesses say: the audit log,
// the hypervisors, and the processes of guests. It compares them, and finds where
// they disagree.
//
// # How it works
//
// A Deriver takes facts in their order, and gives what each changes in the trail.
// Records go to the trail of the log (trail.Live), which alone knows what they
// mean. Observations are turned into runs and tracks:
//
//   - A run is one run of a guest as witnesses see it. It is tied to the session
//     that the log has of the same time, by the process where both name it and
//     otherwise by time, and adds to that session's row. A run that the log knows
//     nothing of is a session of its own (Session.By). If the log has a session
//     for it later, the run's own session is Merged into that one. Its events keep
//     the run's ID; which session they are of is told by Delta.Belongs. A run that
//     one witness ended goes on if another one shows it well after that.
//   - A track is one thing that a run has: from when to when, and who shows it.
//     Tracks are matched with the holdings of the session, first by kind, identity
//     and what else tells them apart, then by when they began and ended. A holding
//     that has a track stays the log's, and the witnesses are listed in its Also. A
//     track without a holding becomes one that is held By the witnesses. Where the
//     log has a holding's beginning or end much later than the witness has it, or
//     not at all, it is taken from the witness; such a moment has no serial, and
//     the facts that prove it are Begin and End.
//   - What a process has open is compared with everything that records and
//     definitions name, by path, device number, PCI address or interface.
//
// # When it decides
//
// libvirt writes a record while it makes a change, but the log and the other
// witnesses are read independently. So nothing is said to be missing from the log
// before the log was read to a Window past the change; Waiting says up to when it
// has to be read. How far it was read is known by the times of the records and by
// facts of kind Tick.
//
// Rows and findings are made of what is known at the moment. A record that is read
// late takes a finding back if its own time is within the window of the change, and
// is named in the finding otherwise. A record that the service itself sent takes it
// back whenever it comes: it is known by its sender, and by the fact that announced
// it.
//
// All that is given out depends on the facts alone, not on when somebody asks.
//
// # How long a run is judged
//
// Whenever something about a run changes it is judged anew, as a whole. To keep
// that cheap for a guest that runs for years, its past is settled: a thing that went
// ten minutes ago, by how far the log was read, and of which everything is decided,
// is no longer judged. That changes no result, as only such parts are settled that
// nothing left can affect. If a witness looks back to before that time, or the log
// changes its mind about it, the past is judged again.
//
// A run that is over is kept until the log was read past its end, or isn't read on
// at all, and until every witness has said that it is over, but for that at most an
// hour.
//
// # What has an event
//
// A change that several witnesses saw has one event. What a process opens and
// closes has one only if no record and no definition says the same.
//
// # What is no finding
//
// What libvirt never records (Thing.Silent) is held as observed, and that is all.
// No finding is made of
//
//   - what a witness could not look at (Partial);
//   - times in which the log was not read, or not written;
//   - things that a session got within the window of its start;
//   - guests that migrate;
//   - kinds that no definition has (files opened for interfaces, device rules,
//     labels), or that libvirt records before it knows their name (tpm-emulator);
//   - TCP and UDP sockets of a process, as a definition has names where the process
//     has addresses;
//   - the devices that all guests' interfaces come from, what libvirt keeps in its
//     own folders, and what helpers have open.
//
// # What it costs
//
// Memory is bounded by the guests that run, or that are not known to have stopped,
// with the last 16,384 things that each had. Of older things only what was said of
// them is kept, again of 16,384 a guest. Besides, these are remembered:
//
//   - of 65,536 guests that don't run, how many sessions they had;
//   - of 16,384 sources that are not watched, since when;
//   - 4,096 runs, 256 of one guest, that are over and that the log wasn't read up
//     to;
//   - 1,024 sessions of the log that no witness has shown yet.
//
// What is beyond these bounds is as if it had never been: the next session of such a
// guest is numbered from Options.Numbers on, and such a run and its session of the
// log are two rows.
//
// # What it doesn't know
//
// Which record a change should have had: witnesses say that, as package guest knows
// libvirt's rules. It opens nothing and reads no clock.
package reconcile
