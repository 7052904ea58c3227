-- SPDX-License-Identifier: EUPL-1.2
-- Schema 3: requests for information, and what a message refers to.

CREATE TABLE inquiry (
	idx INTEGER PRIMARY KEY, -- of its event
	id BLOB NOT NULL UNIQUE,
	in_case INTEGER NOT NULL,
	asker INTEGER NOT NULL,
	holder INTEGER NOT NULL,
	until_ms INTEGER NOT NULL,
	signed BLOB NOT NULL,
	state INTEGER NOT NULL, -- 1 open, 2 answered, 3 declined
	closed_ms INTEGER, -- NULL, as the rest: open
	closed_idx INTEGER,
	closing BLOB -- the message's id, or the signed decline
) STRICT;
CREATE INDEX inquiry_asker ON inquiry (asker, idx);
CREATE INDEX inquiry_holder ON inquiry (holder, idx);

CREATE TABLE link ( -- messages that refer to something; most do not
	idx INTEGER PRIMARY KEY, -- of the message's push
	kind INTEGER NOT NULL, -- as in the manifest: 2 supersedes, 3 answers
	target BLOB NOT NULL
) STRICT;
