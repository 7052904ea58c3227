/* SPDX-License-Identifier: EUPL-1.2 */
#include "witness.h"

#include <string.h>

#include "hash.h"

static const char OLD[] = "old ";

enum sluis_err
sluis_witness_request_parse(struct sluis_bytes bytes, struct sluis_witness_request *ret)
{
	struct sluis_witness_request request = { .old_size = 0 };
	struct sluis_bytes line;
	struct sluis_reader r;

	sluis_reader_init(&r, bytes);
	line = sluis_reader_get_line(&r);
	if (line.len < sizeof(OLD) - 1 || memcmp(line.data, OLD, sizeof(OLD) - 1) != 0)
		return SLUIS_EFORMAT;
	line = sluis_bytes(line.data + sizeof(OLD) - 1, line.len - (sizeof(OLD) - 1));
	SLUIS_TRY(sluis_checkpoint_number_parse(line, &request.old_size));
	while ((line = sluis_reader_get_line(&r)).len > 0) {
		if (request.proof.n == SLUIS_PROOF_MAX)
			return SLUIS_ETOOBIG;
		SLUIS_TRY(sluis_checkpoint_hash_parse(line, &request.proof.hashes[request.proof.n++]));
	}
	if (r.failed)
		return SLUIS_EFORMAT;
	request.note = r.rest;
	*ret = request;
	return SLUIS_OK;
}

enum sluis_err
sluis_witness_request_encode(const struct sluis_witness_request *request, struct sluis_writer *out)
{
	if (request->proof.n > SLUIS_PROOF_MAX)
		return SLUIS_ETOOBIG;
	sluis_writer_put_text(out, OLD);
	sluis_checkpoint_number_put(out, request->old_size);
	sluis_writer_put_text(out, "\n");
	for (size_t i = 0; i < request->proof.n; i++)
		sluis_checkpoint_hash_put(out, &request->proof.hashes[i]);
	sluis_writer_put_text(out, "\n");
	sluis_writer_put(out, request->note.data, request->note.len);
	return out->overflow ? SLUIS_ETOOBIG : SLUIS_OK;
}

/* The log whose name is the origin; ${n}: none. */
static size_t
find_log(const struct sluis_witness_log *logs, size_t n, struct sluis_bytes origin)
{
	size_t i = 0;

	while (i < n && !sluis_bytes_equal(sluis_bytes(logs[i].key.name, logs[i].key.name_len), origin))
		i++;
	return i;
}

/* Sizes are in order and the old one is the one kept. */
static bool
is_consistent(const struct sluis_witness_log *log, const struct sluis_witness_request *request,
    const struct sluis_merkle_head *new)
{
	struct sluis_merkle_head old = log->latest;

	if (old.size == 0)
		old.root = sluis_merkle_empty();
	return sluis_merkle_consistency_verify(&old, new, &request->proof) == SLUIS_OK;
}

void
sluis_witness_decide(const struct sluis_witness_log *logs, size_t n,
    const struct sluis_witness_request *request, struct sluis_witness_decision *ret)
{
	struct sluis_witness_decision decision = { .status = SLUIS_WITNESS_BAD_REQUEST };
	const struct sluis_merkle_head *new = &decision.checkpoint.head;
	const struct sluis_witness_log *log;
	struct sluis_note note;

	*ret = decision;
	if (sluis_note_parse(request->note, &note) != SLUIS_OK ||
	    sluis_checkpoint_parse(note.text, &decision.checkpoint) != SLUIS_OK)
		return;
	decision.log = find_log(logs, n, decision.checkpoint.origin);
	if (decision.log == n) {
		ret->status = SLUIS_WITNESS_UNKNOWN;
		return;
	}
	log = &logs[decision.log];
	if (log->key.type != SLUIS_NOTE_ED25519 || sluis_note_verify(&note, &log->key, 1) != SLUIS_OK) {
		ret->status = SLUIS_WITNESS_FORBIDDEN;
		ret->log = decision.log;
		return;
	}
	if (request->old_size > new->size)
		decision.status = SLUIS_WITNESS_BAD_REQUEST;
	else if (request->old_size != log->latest.size)
		decision.status = SLUIS_WITNESS_CONFLICT;
	else if (!is_consistent(log, request, new))
		decision.status = SLUIS_WITNESS_UNPROCESSABLE;
	else
		decision.status = SLUIS_WITNESS_COSIGN;
	/* equal sizes can be compared whatever old size was claimed */
	decision.is_fork = new->size == log->latest.size && new->size != 0 &&
	                   !sluis_hash_equal(&new->root, &log->latest.root);
	if (decision.status == SLUIS_WITNESS_COSIGN)
		decision.text = note.text;
	*ret = decision;
}

bool
sluis_witness_quorum(const struct sluis_note_found *found, size_t n, size_t quorum, uint64_t *ret_time_s)
{
	uint64_t time_s = 0;
	bool is_reached = false;

	/* The latest time that ${quorum} witnesses had all reached is one of their own times; the time of one that
	   has not signed never is later than that. */
	for (size_t i = 0; quorum > 0 && i < n; i++) {
		size_t reached = 0;

		for (size_t j = 0; j < n; j++)
			reached += found[j].is_signed && found[j].time_s >= found[i].time_s ? 1 : 0;
		if (reached >= quorum && found[i].time_s >= time_s) {
			time_s = found[i].time_s;
			is_reached = true;
		}
	}
	if (is_reached)
		*ret_time_s = time_s;
	return is_reached;
}
