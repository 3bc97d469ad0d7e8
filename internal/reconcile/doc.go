// Package reconcile makes one trail of what all witnesses say: the audit log,
// the hypervisors and the processes of guests. It holds them against each other
// and finds where they disagree.
//
// # What it knows
//
// A Deriver takes facts in their order and gives what they change in the trail.
// Records go to the trail of the log (trail.Live), which alone knows what they
// mean. Observations become the rest:
//
//   - A run is one run of a guest as witnesses see it. It is tied to the session
//     of the log that ran then, by the process where both name it, otherwise by
//     time, and adds to its row; a run that the log knows nothing of is a session
//     of its own (Session.By). When a session of the log turns up for it later,
//     the run's own is Merged into that one, and its events, which keep
//     its ID, are of what it Belongs to. A run that one witness ended and that
//     another shows well after that goes on.
//   - A track is something that a run has, from when to when, and who shows it.
//     Tracks are matched with the session's holdings: by kind, identity and what
//     more tells them apart, then by when they began and ended. What is matched
//     is the log's holding, and the witnesses are its Also. What only witnesses
//     show is a holding By them. One that the log began or ended much later than
//     the witness, or never, has that beginning or end from the witness: its
//     moments have no serial then, and the facts that prove it are Begin and End.
//   - What a process has open is compared with everything that records and
//     definitions name, by path, device number, PCI address or interface.
//
// # When it decides
//
// libvirt writes a record as it makes a change, but log and witness are read
// apart. So nothing is held against the log before that was read to a Window past
// the change; Waiting says up to when. How far it was read, the records' own
// times and facts of kind Tick tell. Rows and findings are made of what is known
// at the moment: a record that comes late after all, as the log was behind, takes
// the finding back where its time is within the window, and otherwise is named in
// it. What the service itself sent takes it back whenever it comes: it is known by
// its sender and the fact that said it would be sent.
//
// What a run had is settled when it is over for ten minutes, by what the log was
// read up to, and decided: it is judged no more. That changes nothing of what is
// given out: of what has the same name all that was up to a time is settled or
// nothing, and only where nothing was there for half a minute then. Where a look
// goes back to before that, or the log has something of it otherwise, all is
// judged again. What is held for good, or of which a record is missing, costs more
// if its like comes and goes.
//
// A run that is over is kept until the log was read past its end, if that is read
// on at all, and every witness said that it is over, but not the latter for more
// than an hour.
//
// A change that several witnesses saw has one event. What a process opens and
// closes has one where no record and no definition says the same.
//
// All that is given depends on the facts alone, and not on when it is asked for.
//
// # What is no finding
//
// What libvirt never records (Thing.Silent) is held as observed, and that is all.
// Nothing is said of what a witness could not see (Partial), of times in which the
// log was not read or not written, of what a session had that began within the
// window, of guests that migrate, and of kinds that no definition has (files
// opened for interfaces, device rules, labels) or that libvirt records before it
// knows their name (tpm-emulator). TCP and UDP sockets of a process are held as
// observed and are no finding: a definition has names where the process has
// addresses. Nor are the devices that every guest's interfaces come from, what
// libvirt keeps in its own folders, and what helpers have open.
//
// # What it costs
//
// Memory is that of the guests that run, or that are lost for all that is known,
// of the last 16,384 things that each had, and of bounded pasts: of each guest of
// 16,384 more that no record tells of, for its row, which are judged no more, so
// that what was found of them stays; of 65,536 guests that don't run how many
// sessions they had, of 16,384 sources since when they are lost, of 4,096 runs,
// 256 of one guest, that are over and that the log wasn't read up to, and of 1,024
// sessions of the log that no witness showed yet. What goes beyond these is as if
// it had never been: such a guest's next session is numbered from Options.Numbers
// on, and such a run and the log's session are two.
//
// # What it doesn't know
//
// Which record a change should have had: witnesses say so, as package guest knows
// libvirt's rules. It opens nothing and asks no clock.
package reconcile
