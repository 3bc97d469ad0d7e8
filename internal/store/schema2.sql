-- Sessions that witnesses showed, and that turned out to be others: events keep the
-- number that they were told with.
CREATE TABLE belongs (
	run     INTEGER PRIMARY KEY,
	session INTEGER NOT NULL
) STRICT;
CREATE INDEX belongs_session ON belongs(session);
