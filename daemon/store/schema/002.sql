-- SPDX-License-Identifier: EUPL-1.2
-- Schema 2: refusals of consent, and reviews of what worked at once.

CREATE TABLE refusal (
	id BLOB PRIMARY KEY,
	in_case INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	signed BLOB NOT NULL
) STRICT;
CREATE INDEX refusal_case ON refusal (in_case, idx);

CREATE TABLE review (
	idx INTEGER PRIMARY KEY, -- of its opening
	id BLOB NOT NULL UNIQUE,
	about INTEGER NOT NULL, -- 1 message, 2 grant
	thing BLOB NOT NULL, -- its id
	in_case INTEGER NOT NULL,
	ground TEXT NOT NULL, -- of a grant: its exception
	actor INTEGER NOT NULL,
	organisation INTEGER NOT NULL, -- the actor's
	opened_ms INTEGER NOT NULL,
	due_ms INTEGER NOT NULL,
	closing BLOB -- signed; NULL: open
) STRICT;
