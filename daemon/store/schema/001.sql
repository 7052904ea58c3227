-- SPDX-License-Identifier: EUPL-1.2
-- Schema 1: everything that one federation's daemon keeps but its keys.
--
-- Numbers for words: handles, organisations and cases stand once in name; other tables hold their number. A message
-- is numbered by the log index of its push, a row that only ever grows at the end. What is read together
-- stands together, in as few trees as the questions of store.h allow: each row of a push costs time.

CREATE TABLE head (
	log INTEGER PRIMARY KEY, -- 1 keys, 2 exchange
	size INTEGER NOT NULL,
	root BLOB NOT NULL,
	batch BLOB NOT NULL
) STRICT;

CREATE TABLE generation ( -- key generations that section keys were wrapped under; the keys are in the keyring
	number INTEGER PRIMARY KEY,
	mark BLOB NOT NULL -- tells whether a keyring holds this very key
) STRICT;

CREATE TABLE name (
	number INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL, -- 1 handle of a member, 2 handle of an organisation, 3 id of a case
	word BLOB NOT NULL,
	UNIQUE (kind, word)
) STRICT;

-- The keys log.
CREATE TABLE keys_entry (
	idx INTEGER PRIMARY KEY,
	entry BLOB NOT NULL
) STRICT;

-- The exchange log. entry first: it is read without the pages that a long event runs over into.
CREATE TABLE event (
	idx INTEGER PRIMARY KEY,
	entry BLOB NOT NULL,
	blind BLOB, -- NULL, as event: erased
	actor INTEGER,
	in_case INTEGER,
	message BLOB,
	event BLOB
) STRICT;

CREATE TABLE event_name ( -- by organisation and by case
	name INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (name, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE act (
	word BLOB PRIMARY KEY,
	payload_hash BLOB NOT NULL,
	idx INTEGER NOT NULL,
	was_refused INTEGER NOT NULL,
	until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX act_until ON act (until_ms);

CREATE TABLE policy (
	hash BLOB PRIMARY KEY,
	yaml BLOB NOT NULL
) STRICT;

CREATE TABLE invite (
	hash BLOB PRIMARY KEY,
	handle TEXT NOT NULL,
	organisation TEXT NOT NULL,
	expires_ms INTEGER NOT NULL,
	is_used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pending ( -- in the order in which they were asked
	number INTEGER PRIMARY KEY,
	record_hash BLOB NOT NULL UNIQUE,
	organisation BLOB NOT NULL,
	record BLOB NOT NULL,
	asked_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE case_row (
	name INTEGER PRIMARY KEY,
	step TEXT NOT NULL,
	is_closed INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL,
	idx INTEGER NOT NULL -- of its opening
) STRICT;

CREATE TABLE case_act (
	in_case INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	payload_hash BLOB NOT NULL,
	idx INTEGER NOT NULL,
	signed BLOB NOT NULL,
	PRIMARY KEY (in_case, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_member ( -- idx: of the case's opening, so that a listing is one walk
	member INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	in_case INTEGER NOT NULL,
	PRIMARY KEY (member, idx, in_case)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent (
	id BLOB PRIMARY KEY,
	in_case INTEGER NOT NULL,
	payload_hash BLOB NOT NULL,
	idx INTEGER NOT NULL,
	state TEXT NOT NULL,
	signed BLOB NOT NULL
) STRICT;
CREATE INDEX consent_case ON consent (in_case, idx);

CREATE TABLE message (
	idx INTEGER PRIMARY KEY, -- of its push
	id BLOB NOT NULL UNIQUE,
	in_case INTEGER NOT NULL,
	manifest_hash BLOB NOT NULL,
	sender INTEGER NOT NULL,
	purpose TEXT NOT NULL,
	retention TEXT NOT NULL,
	state INTEGER NOT NULL,
	accepted_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	recipients BLOB NOT NULL -- names of the recipients in order, 4 bytes each
) STRICT;

CREATE TABLE recipient (
	member INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	entry INTEGER NOT NULL, -- index in the manifest
	organisation INTEGER NOT NULL,
	record_hash BLOB NOT NULL,
	pair_sequence INTEGER NOT NULL,
	state INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL,
	released INTEGER NOT NULL, -- leaf + 1 of the first release; 0: none
	categories TEXT NOT NULL,
	PRIMARY KEY (member, idx, entry)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
	idx INTEGER NOT NULL,
	entry INTEGER NOT NULL,
	signed BLOB NOT NULL,
	PRIMARY KEY (idx, entry)
) STRICT, WITHOUT ROWID;

CREATE TABLE pair ( -- sequence numbers used, from low to high; outlives the messages
	sender INTEGER NOT NULL,
	recipient INTEGER NOT NULL,
	low INTEGER NOT NULL,
	high INTEGER NOT NULL,
	PRIMARY KEY (sender, recipient, low)
) STRICT, WITHOUT ROWID;

-- What is large, apart from message so that listings read dense pages. Erasure empties keys and sealed; push stays as
-- long as the log's row. locks before sealed: a new generation writes them in place, and only their page.
CREATE TABLE content (
	idx INTEGER PRIMARY KEY,
	push BLOB NOT NULL, -- as received
	locks BLOB, -- u64 generation, then for each section its size and its key, wrapped (at_rest.h)
	sealed BLOB -- the sections' pieces back to back (at_rest.h)
) STRICT;
