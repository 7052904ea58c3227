/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sqlite_sql - every statement of the SQLite store, in one list; prepared once at open and used again.
 *
 * Tables: schema/NNN.sql. CROSS JOIN keeps the order of the tables as written (SQLite's rule).
 */
#ifndef SLUISD_SQLITE_SQL_H
#define SLUISD_SQLITE_SQL_H

#define SQL_MESSAGE_COLUMNS                                                                \
	"m.idx, m.id, m.in_case, m.manifest_hash, m.sender, m.purpose, m.retention, m.state, " \
	"m.accepted_ms, m.expires_ms, l.kind, l.target"
#define SQL_LINK_JOIN "LEFT JOIN link l ON l.idx = m.idx"
#define SQL_RECIPIENT_COLUMNS                                                              \
	"r.entry, r.member, r.organisation, r.record_hash, r.pair_sequence, r.state, r.changed_ms, " \
	"r.idx, r.released, r.categories, c.signed"
#define SQL_RECEIPT_JOIN "LEFT JOIN receipt c ON c.idx = r.idx AND c.entry = r.entry"
#define SQL_REVIEW_COLUMNS \
	"idx, id, about, thing, in_case, ground, actor, organisation, opened_ms, due_ms, closing"
#define SQL_INQUIRY_COLUMNS \
	"idx, id, in_case, asker, holder, until_ms, signed, state, closed_ms, closed_idx, closing"
#define SQL_GRANT_COLUMNS "id, in_case, payload_hash, signed, state, idx"

/* clang-format off */
#define SQL_LIST(X) \
	X(BEGIN, "BEGIN") \
	X(COMMIT, "COMMIT") \
	X(ROLLBACK, "ROLLBACK") \
	\
	X(GENERATION_LIST, "SELECT number, mark FROM generation ORDER BY number") \
	X(GENERATION_ADD, "INSERT INTO generation (number, mark) VALUES (?1, ?2)") \
	X(NAME_FIND, "SELECT number FROM name WHERE kind = ?1 AND word = ?2") \
	X(NAME_ADD, "INSERT INTO name (kind, word) VALUES (?1, ?2)") \
	X(NAME_WORD, "SELECT word FROM name WHERE number = ?1") \
	\
	X(HEAD_GET, "SELECT size, root, batch FROM head WHERE log = ?1") \
	X(HEAD_SET, "INSERT INTO head (log, size, root, batch) VALUES (?1, ?2, ?3, ?4) " \
		"ON CONFLICT DO UPDATE SET size = ?2, root = ?3, batch = ?4") \
	X(EVENT_ADD, "INSERT INTO event (idx, entry, blind, actor, in_case, message, event) " \
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
	X(EVENT_NAME_ADD, "INSERT OR IGNORE INTO event_name (name, idx) VALUES (?1, ?2)") \
	X(EVENT_GET, "SELECT idx, entry, blind, event FROM event WHERE idx = ?1") \
	X(EVENT_LAST, "SELECT max(idx) FROM event") \
	X(EVENT_COUNT, "SELECT count(*) FROM event WHERE idx >= ?1") \
	X(ENTRIES, "SELECT idx, entry FROM event WHERE idx >= ?1 ORDER BY idx LIMIT ?2") \
	X(EVENT_LIST, "SELECT e.idx, e.entry, e.blind, e.event FROM event_name o " \
		"CROSS JOIN event e ON e.idx = o.idx " \
		"WHERE o.name = ?1 AND o.idx >= ?2 ORDER BY o.idx LIMIT ?3") \
	X(EVENT_LIST_CASE, "SELECT e.idx, e.entry, e.blind, e.event FROM event_name k " \
		"CROSS JOIN event_name o ON o.name = ?1 AND o.idx = k.idx " \
		"CROSS JOIN event e ON e.idx = k.idx " \
		"WHERE k.name = ?4 AND k.idx >= ?2 ORDER BY k.idx LIMIT ?3") \
	X(KEYS_ADD, "INSERT INTO keys_entry (idx, entry) VALUES (?1, ?2)") \
	X(KEYS_GET, "SELECT entry FROM keys_entry WHERE idx = ?1") \
	X(KEYS_LAST, "SELECT max(idx) FROM keys_entry") \
	X(KEYS_COUNT, "SELECT count(*) FROM keys_entry WHERE idx >= ?1") \
	\
	X(POLICY_PUT, "INSERT OR REPLACE INTO policy (hash, yaml) VALUES (?1, ?2)") \
	X(POLICY_GET, "SELECT yaml FROM policy WHERE hash = ?1") \
	X(INVITE_PUT, "INSERT INTO invite (hash, handle, organisation, expires_ms, is_used) " \
		"VALUES (?1, ?2, ?3, ?4, 0)") \
	X(INVITE_GET, "SELECT handle, organisation, expires_ms, is_used FROM invite WHERE hash = ?1") \
	X(INVITE_USE, "UPDATE invite SET is_used = 1 WHERE hash = ?1 AND is_used = 0") \
	X(PENDING_PUT, "INSERT INTO pending (record_hash, organisation, record, asked_ms) " \
		"VALUES (?1, ?2, ?3, ?4) ON CONFLICT (record_hash) DO NOTHING") \
	X(PENDING_LIST, "SELECT record_hash, organisation, record, asked_ms FROM pending " \
		"ORDER BY number LIMIT ?1") \
	X(PENDING_DROP, "DELETE FROM pending WHERE record_hash = ?1") \
	\
	X(ACT_PUT, "INSERT INTO act (word, payload_hash, idx, was_refused, until_ms) " \
		"VALUES (?1, ?2, ?3, ?4, ?5)") \
	X(ACT_GET, "SELECT payload_hash, idx, was_refused FROM act WHERE word = ?1") \
	X(ACT_MESSAGE, "SELECT manifest_hash, idx, state FROM message WHERE id = ?1") \
	X(ACT_FORGET, "DELETE FROM act WHERE word IN " \
		"(SELECT word FROM act WHERE until_ms < ?1 ORDER BY until_ms LIMIT ?2)") \
	\
	X(CASE_ACT_ADD, "INSERT INTO case_act (in_case, sequence, payload_hash, idx, signed) " \
		"VALUES (?1, ?2, ?3, ?4, ?5)") \
	X(CASE_ACTS, "SELECT sequence, payload_hash, idx, signed FROM case_act " \
		"WHERE in_case = ?1 AND sequence >= ?2 ORDER BY sequence LIMIT ?3") \
	X(CASE_PUT, "INSERT INTO case_row (name, step, is_closed, changed_ms, idx) " \
		"VALUES (?1, ?2, ?3, ?4, ?5) " \
		"ON CONFLICT DO UPDATE SET step = ?2, is_closed = ?3, changed_ms = ?4") \
	X(CASE_IDX, "SELECT idx FROM case_row WHERE name = ?1") \
	X(CASE_MEMBER_ON, "INSERT OR IGNORE INTO case_member (member, idx, in_case) VALUES (?1, ?2, ?3)") \
	X(CASE_MEMBER_OFF, "DELETE FROM case_member WHERE member = ?1 AND idx = ?2 AND in_case = ?3") \
	X(CASE_LIST, "SELECT c.name, c.step, c.is_closed, c.changed_ms, c.idx FROM case_member m " \
		"CROSS JOIN case_row c ON c.name = m.in_case " \
		"WHERE m.member = ?1 AND m.idx >= ?2 ORDER BY m.idx LIMIT ?3") \
	X(GRANT_ADD, "INSERT INTO consent (" SQL_GRANT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
	X(GRANT_GET, "SELECT " SQL_GRANT_COLUMNS " FROM consent WHERE id = ?1") \
	X(GRANT_LIST, "SELECT " SQL_GRANT_COLUMNS " FROM consent WHERE in_case = ?1 " \
		"ORDER BY idx LIMIT ?2") \
	X(GRANT_STATE, "UPDATE consent SET state = ?2 WHERE id = ?1") \
	X(REFUSAL_ADD, "INSERT INTO refusal (id, in_case, idx, signed) VALUES (?1, ?2, ?3, ?4)") \
	X(REFUSAL_LIST, "SELECT idx, signed FROM refusal WHERE in_case = ?1 AND idx >= ?2 " \
		"ORDER BY idx LIMIT ?3") \
	X(REFUSAL_KNOWN, "SELECT 1 FROM refusal WHERE id = ?1") \
	X(GRANT_KNOWN, "SELECT 1 FROM consent WHERE id = ?1") \
	X(INQUIRY_KNOWN, "SELECT 1 FROM inquiry WHERE id = ?1") \
	X(REVIEW_ADD, "INSERT INTO review (" SQL_REVIEW_COLUMNS ") " \
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL)") \
	X(REVIEW_GET, "SELECT " SQL_REVIEW_COLUMNS " FROM review WHERE id = ?1") \
	X(REVIEW_LIST, "SELECT " SQL_REVIEW_COLUMNS " FROM review WHERE idx >= ?1 ORDER BY idx LIMIT ?2") \
	X(REVIEW_CLOSE, "UPDATE review SET closing = ?2 WHERE id = ?1 AND closing IS NULL") \
	\
	X(INQUIRY_ADD, "INSERT INTO inquiry (idx, id, in_case, asker, holder, until_ms, signed, state) " \
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)") \
	X(INQUIRY_GET, "SELECT " SQL_INQUIRY_COLUMNS " FROM inquiry WHERE id = ?1") \
	X(INQUIRY_LIST, "SELECT " SQL_INQUIRY_COLUMNS " FROM inquiry WHERE (asker = ?1 OR holder = ?1) " \
		"AND idx >= ?2 AND (?4 IS NULL OR in_case = ?4) ORDER BY idx LIMIT ?3") \
	X(INQUIRY_CLOSE, "UPDATE inquiry SET state = ?2, closed_ms = ?3, closed_idx = ?4, closing = ?5 " \
		"WHERE id = ?1 AND state = 1") \
	X(LINK_ADD, "INSERT INTO link (idx, kind, target) VALUES (?1, ?2, ?3)") \
	\
	X(MESSAGE_ADD, "INSERT INTO message (idx, id, in_case, manifest_hash, sender, purpose, " \
		"retention, state, accepted_ms, expires_ms, recipients) " \
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)") \
	X(MESSAGE_GET, "SELECT " SQL_MESSAGE_COLUMNS " FROM message m " SQL_LINK_JOIN " WHERE m.id = ?1") \
	X(MESSAGE_IDX, "SELECT idx FROM message WHERE id = ?1") \
	X(MESSAGE_RECIPIENTS, "SELECT idx, recipients FROM message WHERE id = ?1") \
	X(MESSAGE_STATE, "UPDATE message SET state = ?2 WHERE id = ?1") \
	X(MESSAGE_EXPIRE, "UPDATE message SET expires_ms = ?2 WHERE id = ?1 AND expires_ms > ?2") \
	X(CONTENT_ADD, "INSERT INTO content (idx, push, locks, sealed) VALUES (?1, ?2, ?3, ?4)") \
	X(PUSH_GET, "SELECT push FROM content WHERE idx = ?1") \
	X(LOCKS_GET, "SELECT m.idx, c.locks FROM message m CROSS JOIN content c ON c.idx = m.idx " \
		"WHERE m.id = ?1") \
	X(RECIPIENT_ADD, "INSERT INTO recipient (member, idx, entry, organisation, record_hash, " \
		"pair_sequence, state, changed_ms, released, categories) " \
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)") \
	X(RECIPIENT_SET, "UPDATE recipient SET state = ?4, changed_ms = ?5, released = ?6 " \
		"WHERE member = ?1 AND idx = ?2 AND entry = ?3") \
	X(RECIPIENT_GET, "SELECT " SQL_RECIPIENT_COLUMNS " FROM recipient r " SQL_RECEIPT_JOIN \
		" WHERE r.member = ?1 AND r.idx = ?2 AND r.entry >= ?3 ORDER BY r.entry LIMIT 1") \
	X(RECEIPT_PUT, "INSERT OR REPLACE INTO receipt (idx, entry, signed) VALUES (?1, ?2, ?3)") \
	X(PAIR_NEAR, "SELECT low, high FROM pair WHERE sender = ?1 AND recipient = ?2 AND low <= ?3 " \
		"ORDER BY low DESC LIMIT 2") \
	X(PAIR_ADD, "INSERT INTO pair (sender, recipient, low, high) VALUES (?1, ?2, ?3, ?4)") \
	X(PAIR_GROW, "UPDATE pair SET high = ?4 WHERE sender = ?1 AND recipient = ?2 AND low = ?3") \
	X(PAIR_DROP, "DELETE FROM pair WHERE sender = ?1 AND recipient = ?2 AND low = ?3") \
	X(INBOX, "SELECT " SQL_RECIPIENT_COLUMNS ", " SQL_MESSAGE_COLUMNS " FROM recipient r " \
		"CROSS JOIN message m ON m.idx = r.idx " SQL_RECEIPT_JOIN " " SQL_LINK_JOIN \
		" WHERE r.member = ?1 AND r.idx >= ?2 ORDER BY r.idx, r.entry LIMIT ?3") \
	X(INBOX_CASE, "SELECT " SQL_RECIPIENT_COLUMNS ", " SQL_MESSAGE_COLUMNS " FROM event_name k " \
		"CROSS JOIN recipient r ON r.member = ?1 AND r.idx = k.idx " \
		"CROSS JOIN message m ON m.idx = k.idx " SQL_RECEIPT_JOIN " " SQL_LINK_JOIN \
		" WHERE k.name = ?4 AND k.idx >= ?2 ORDER BY k.idx, r.entry LIMIT ?3") \
	X(SENT_CASE, "SELECT " SQL_MESSAGE_COLUMNS " FROM event_name k CROSS JOIN message m ON m.idx = k.idx " SQL_LINK_JOIN \
		" WHERE k.name = ?4 AND m.sender = ?1 ORDER BY k.idx DESC LIMIT ?3") \
	X(LOST_LIST, "SELECT m.id, m.idx, c.locks FROM content c CROSS JOIN message m ON m.idx = c.idx " \
		"WHERE c.idx >= ?1 AND c.locks NOT NULL ORDER BY c.idx")
/* clang-format on */

enum store_sql {
#define X(name, text) STORE_SQL_##name,
	SQL_LIST(X)
#undef X
	STORE_SQL_COUNT
};

#endif
