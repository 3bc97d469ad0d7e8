CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE state (
	key   TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
	seq     INTEGER PRIMARY KEY,
	kind    INTEGER NOT NULL,
	node    TEXT NOT NULL,
	source  TEXT NOT NULL,
	type    INTEGER NOT NULL,
	millis  INTEGER NOT NULL,
	serial  INTEGER NOT NULL,
	settled INTEGER NOT NULL,
	text    BLOB NOT NULL
) STRICT;
CREATE INDEX facts_stamp ON facts(millis, serial) WHERE kind = 1;
CREATE INDEX facts_other ON facts(kind, millis) WHERE kind <> 1;

-- Only a retention has the key, and only within its transactions.
CREATE TRIGGER facts_keep BEFORE DELETE ON facts
WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'retaining')
BEGIN SELECT raise(ABORT, 'facts are never deleted but by retention'); END;
CREATE TRIGGER facts_fixed BEFORE UPDATE ON facts
BEGIN SELECT raise(ABORT, 'facts are never changed'); END;

-- How many facts of each kind the file has.
CREATE TABLE counts (
	kind INTEGER PRIMARY KEY,
	n    INTEGER NOT NULL
) STRICT;

-- How many sessions of each guest, and boots of each node, a retention removed.
CREATE TABLE removed_sessions (
	node TEXT NOT NULL,
	uuid TEXT NOT NULL,
	name TEXT NOT NULL,
	n    INTEGER NOT NULL,
	PRIMARY KEY (node, uuid, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE removed_boots (
	node TEXT PRIMARY KEY,
	n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What other tables name by a number.

CREATE TABLE guests (
	id   INTEGER PRIMARY KEY,
	node TEXT NOT NULL,
	uuid TEXT NOT NULL,
	name TEXT NOT NULL, -- of one without uuid
	shown TEXT,         -- the name of its last session; NULL of one that has none
	UNIQUE (node, uuid, name)
) STRICT;
CREATE INDEX guests_shown ON guests(shown, node, uuid, id) WHERE shown IS NOT NULL;
CREATE INDEX guests_uuid ON guests(uuid);

-- All names of guests, the later ones of the same guest too.
CREATE TABLE names (
	name  TEXT NOT NULL COLLATE NOCASE,
	guest INTEGER NOT NULL,
	PRIMARY KEY (name, guest)
) STRICT, WITHOUT ROWID;
CREATE INDEX names_guest ON names(guest);

CREATE TABLE resources (
	id    INTEGER PRIMARY KEY,
	kind  TEXT NOT NULL,
	rid   TEXT NOT NULL,
	sub   TEXT NOT NULL,
	canon TEXT, -- how people write rid, where that isn't rid
	UNIQUE (rid, kind, sub)
) STRICT;
CREATE INDEX resources_kind ON resources(kind);
CREATE INDEX resources_canon ON resources(canon) WHERE canon IS NOT NULL;

CREATE TABLE senders (
	id   INTEGER PRIMARY KEY,
	pid  INTEGER NOT NULL,
	uid  INTEGER NOT NULL,
	auid INTEGER NOT NULL,
	exe  TEXT NOT NULL,
	UNIQUE (pid, uid, auid, exe)
) STRICT;

-- The trail. lo and hi are from when to when something was, at the most; class
-- is how long that is.

CREATE TABLE sessions (
	id           INTEGER PRIMARY KEY, -- the number of its first fact
	guest        INTEGER NOT NULL,
	name         TEXT NOT NULL,
	virt         TEXT NOT NULL,
	state        INTEGER NOT NULL,
	start_ms     INTEGER NOT NULL,
	start_serial INTEGER NOT NULL,
	start_reason TEXT NOT NULL,
	pid          INTEGER NOT NULL,
	init_pid     INTEGER NOT NULL,
	end_ms       INTEGER NOT NULL,
	end_serial   INTEGER NOT NULL,
	end_reason   TEXT NOT NULL,
	after_ms     INTEGER NOT NULL,
	after_serial INTEGER NOT NULL,
	before_ms    INTEGER NOT NULL,
	before_serial INTEGER NOT NULL,
	first_ms     INTEGER NOT NULL,
	first_serial INTEGER NOT NULL,
	last_ms      INTEGER NOT NULL,
	last_serial  INTEGER NOT NULL,
	late         INTEGER NOT NULL,
	number       INTEGER NOT NULL,
	boot         INTEGER NOT NULL,
	witness      TEXT NOT NULL,
	class        INTEGER NOT NULL,
	lo           INTEGER NOT NULL,
	hi           INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_time ON sessions(class, first_ms, id, lo, hi);
CREATE INDEX sessions_guest ON sessions(guest, first_ms, id, lo, hi);
CREATE INDEX sessions_running ON sessions(guest) WHERE state <= 1;

CREATE TABLE holdings (
	session         INTEGER NOT NULL,
	nth             INTEGER NOT NULL,
	resource        INTEGER NOT NULL,
	from_ms         INTEGER NOT NULL,
	from_serial     INTEGER NOT NULL,
	reason          TEXT NOT NULL,
	to_ms           INTEGER NOT NULL,
	to_serial       INTEGER NOT NULL,
	ended           TEXT NOT NULL,
	marks           INTEGER NOT NULL,
	unproven        INTEGER NOT NULL,
	witness         TEXT NOT NULL,
	earliest_ms     INTEGER NOT NULL,
	earliest_serial INTEGER NOT NULL,
	latest_ms       INTEGER NOT NULL,
	latest_serial   INTEGER NOT NULL,
	begin_fact      INTEGER NOT NULL,
	end_fact        INTEGER NOT NULL,
	also            TEXT NOT NULL,
	class           INTEGER NOT NULL,
	lo              INTEGER NOT NULL,
	hi              INTEGER NOT NULL,
	PRIMARY KEY (session, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX holdings_time ON holdings(resource, class, lo, session, nth, hi);

CREATE TABLE labels (
	session   INTEGER NOT NULL,
	nth       INTEGER NOT NULL,
	model     TEXT NOT NULL,
	process   TEXT NOT NULL,
	image     TEXT NOT NULL,
	at_ms     INTEGER NOT NULL,
	at_serial INTEGER NOT NULL,
	PRIMARY KEY (session, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
	session     INTEGER NOT NULL,
	nth         INTEGER NOT NULL,
	kind        TEXT NOT NULL,
	value       INTEGER NOT NULL,
	from_ms     INTEGER NOT NULL,
	from_serial INTEGER NOT NULL,
	marks       INTEGER NOT NULL,
	PRIMARY KEY (session, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE permissions (
	session     INTEGER NOT NULL,
	nth         INTEGER NOT NULL,
	resource    INTEGER NOT NULL, -- of kind cgroup: the path, and its class
	acl         TEXT NOT NULL,
	allow       INTEGER NOT NULL,
	from_ms     INTEGER NOT NULL,
	from_serial INTEGER NOT NULL,
	to_ms       INTEGER NOT NULL,
	to_serial   INTEGER NOT NULL,
	PRIMARY KEY (session, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX permissions_resource ON permissions(resource);

CREATE TABLE attempts (
	session   INTEGER NOT NULL,
	nth       INTEGER NOT NULL,
	resource  INTEGER NOT NULL,
	op        TEXT NOT NULL,
	at_ms     INTEGER NOT NULL,
	at_serial INTEGER NOT NULL,
	marks     INTEGER NOT NULL,
	PRIMARY KEY (session, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_resource ON attempts(resource);

CREATE TABLE events (
	fact          INTEGER NOT NULL,
	nth           INTEGER NOT NULL,
	place         INTEGER NOT NULL, -- trail.Event.Order
	at_ms         INTEGER NOT NULL,
	at_serial     INTEGER NOT NULL,
	node          TEXT NOT NULL,
	type          INTEGER NOT NULL,
	guest         INTEGER NOT NULL, -- 0 of a host's
	name          TEXT NOT NULL,
	op            TEXT NOT NULL,
	reason        TEXT NOT NULL,
	resource      INTEGER NOT NULL, -- 0 where it is about none
	old           TEXT NOT NULL,
	result        INTEGER NOT NULL,
	marks         INTEGER NOT NULL,
	held          INTEGER NOT NULL,
	held_as       TEXT NOT NULL,
	late          INTEGER NOT NULL,
	sender        INTEGER NOT NULL, -- 0 where there is none
	before_ms     INTEGER NOT NULL,
	before_serial INTEGER NOT NULL,
	count         INTEGER NOT NULL,
	session       INTEGER NOT NULL,
	witness       TEXT NOT NULL,
	text          TEXT NOT NULL,
	PRIMARY KEY (fact, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_time ON events(at_ms);
CREATE INDEX events_guest ON events(guest, at_ms) WHERE guest > 0;
CREATE INDEX events_session ON events(session) WHERE session > 0;

CREATE TABLE findings (
	id           TEXT PRIMARY KEY,
	kind         TEXT NOT NULL,
	severity     INTEGER NOT NULL,
	node         TEXT NOT NULL,
	guest        INTEGER NOT NULL,
	name         TEXT NOT NULL,
	session      INTEGER NOT NULL,
	others       TEXT NOT NULL, -- a list, in JSON, or nothing
	at_ms        INTEGER NOT NULL,
	at_serial    INTEGER NOT NULL,
	until_ms     INTEGER NOT NULL,
	until_serial INTEGER NOT NULL,
	resource     INTEGER NOT NULL,
	count        INTEGER NOT NULL,
	text         TEXT NOT NULL,
	proof        TEXT NOT NULL, -- as others
	witness      TEXT NOT NULL,
	facts        TEXT NOT NULL -- as others
) STRICT, WITHOUT ROWID;
CREATE INDEX findings_time ON findings(at_ms, id);
CREATE INDEX findings_kind ON findings(kind, at_ms, id);
CREATE INDEX findings_guest ON findings(guest, at_ms, id) WHERE guest > 0;
CREATE INDEX findings_session ON findings(session) WHERE session > 0;

-- The observations of each guest, and whether they hold the text that defines it.
CREATE TABLE observed (
	guest   INTEGER NOT NULL,
	millis  INTEGER NOT NULL,
	fact    INTEGER NOT NULL,
	defines INTEGER NOT NULL,
	PRIMARY KEY (guest, millis, fact)
) STRICT, WITHOUT ROWID;

-- When auditd did not write.
CREATE TABLE unwatched (
	node        TEXT NOT NULL,
	nth         INTEGER NOT NULL,
	from_ms     INTEGER NOT NULL,
	from_serial INTEGER NOT NULL,
	to_ms       INTEGER NOT NULL,
	to_serial   INTEGER NOT NULL,
	said        INTEGER NOT NULL,
	booted      INTEGER NOT NULL,
	PRIMARY KEY (node, nth)
) STRICT, WITHOUT ROWID;

-- The last record of each node.
CREATE TABLE last_seen (
	node   TEXT PRIMARY KEY,
	ms     INTEGER NOT NULL,
	serial INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
