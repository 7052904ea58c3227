/* SPDX-License-Identifier: EUPL-1.2 */
#include "logproof.h"

#include <string.h>

#include "base64.h"
#include "witness.h"

static const char FIRST[] = "c2sp.org/tlog-proof@v1";

/* What follows ${word} in ${line}; false when it begins otherwise. */
static bool
after_word(struct sluis_bytes line, const char *word, struct sluis_bytes *ret)
{
	const size_t len = strlen(word);

	if (line.len < len || memcmp(line.data, word, len) != 0)
		return false;
	*ret = sluis_bytes(line.data + len, line.len - len);
	return true;
}

static enum sluis_err
parse_extra(struct sluis_bytes base64, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	uint8_t *data;
	size_t len;

	if (base64.len == 0) /* "If no extra data is present, this line is omitted." */
		return SLUIS_EFORMAT;
	if (base64.len > sluis_base64_chars(SLUIS_BASE64_PADDED, SLUIS_LOGPROOF_EXTRA_MAX_BYTES))
		return SLUIS_ETOOBIG;
	data = sluis_arena_alloc(arena, base64.len);
	if (data == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(sluis_base64_decode(SLUIS_BASE64_PADDED, base64, data, base64.len, &len));
	*ret = sluis_bytes(data, len);
	return SLUIS_OK;
}

static enum sluis_err
parse_hashes(struct sluis_reader *r, struct sluis_merkle_proof *proof)
{
	struct sluis_bytes line;

	while ((line = sluis_reader_get_line(r)).len > 0) {
		if (proof->n == SLUIS_PROOF_MAX)
			return SLUIS_ETOOBIG;
		SLUIS_TRY(sluis_checkpoint_hash_parse(line, &proof->hashes[proof->n++]));
	}
	return r->failed ? SLUIS_EFORMAT : SLUIS_OK;
}

static enum sluis_err
check_quorum(const struct sluis_note *note, const struct sluis_logproof_trust *trust)
{
	struct sluis_note_found found[SLUIS_NOTE_SIGNATURES_MAX];
	uint64_t time_s;

	if (trust->quorum == 0)
		return SLUIS_OK;
	if (trust->n > SLUIS_NOTE_SIGNATURES_MAX)
		return SLUIS_EUSAGE;
	SLUIS_TRY(sluis_note_find(note, trust->witnesses, trust->n, found));
	return sluis_witness_quorum(found, trust->n, trust->quorum, &time_s) ? SLUIS_OK :
	                                                                       SLUIS_ESIGNATURE;
}

enum sluis_err
sluis_logproof_parse(struct sluis_bytes bytes, struct sluis_arena *arena, struct sluis_logproof *ret)
{
	struct sluis_logproof logproof = { .index = 0 };
	struct sluis_bytes line, value;
	struct sluis_reader r;

	if (bytes.len > SLUIS_LOGPROOF_MAX_BYTES)
		return SLUIS_ETOOBIG;
	sluis_reader_init(&r, bytes);
	if (!sluis_bytes_is_text(sluis_reader_get_line(&r), FIRST))
		return SLUIS_EFORMAT;
	line = sluis_reader_get_line(&r);
	if (after_word(line, "extra ", &value)) {
		SLUIS_TRY(parse_extra(value, arena, &logproof.extra));
		line = sluis_reader_get_line(&r);
	}
	if (!after_word(line, "index ", &value))
		return SLUIS_EFORMAT;
	SLUIS_TRY(sluis_checkpoint_number_parse(value, &logproof.index));
	SLUIS_TRY(parse_hashes(&r, &logproof.proof));
	logproof.note = r.rest;
	*ret = logproof;
	return SLUIS_OK;
}

enum sluis_err
sluis_logproof_encode(const struct sluis_logproof *logproof, struct sluis_arena *arena,
    struct sluis_writer *out)
{
	const size_t chars = sluis_base64_chars(SLUIS_BASE64_PADDED, logproof->extra.len);

	if (logproof->proof.n > SLUIS_PROOF_MAX || logproof->extra.len > SLUIS_LOGPROOF_EXTRA_MAX_BYTES)
		return SLUIS_ETOOBIG;
	sluis_writer_put_text(out, FIRST);
	if (logproof->extra.len > 0) {
		char *base64 = sluis_arena_alloc(arena, chars + 1);

		if (base64 == NULL)
			return SLUIS_ENOMEM;
		sluis_base64_encode(SLUIS_BASE64_PADDED, logproof->extra, base64);
		sluis_writer_put_text(out, "\nextra ");
		sluis_writer_put_text(out, base64);
	}
	sluis_writer_put_text(out, "\nindex ");
	sluis_checkpoint_number_put(out, logproof->index);
	sluis_writer_put_text(out, "\n");
	for (size_t i = 0; i < logproof->proof.n; i++)
		sluis_checkpoint_hash_put(out, &logproof->proof.hashes[i]);
	sluis_writer_put_text(out, "\n");
	sluis_writer_put(out, logproof->note.data, logproof->note.len);
	return out->overflow ? SLUIS_ETOOBIG : SLUIS_OK;
}

enum sluis_err
sluis_logproof_verify(const struct sluis_logproof *logproof, const struct sluis_hash *leaf,
    const struct sluis_logproof_trust *trust, struct sluis_checkpoint *ret)
{
	struct sluis_checkpoint checkpoint;
	struct sluis_note note;

	SLUIS_TRY(sluis_checkpoint_open(logproof->note, &trust->log, &checkpoint));
	SLUIS_TRY(sluis_note_parse(logproof->note, &note));
	SLUIS_TRY(check_quorum(&note, trust));
	SLUIS_TRY(sluis_merkle_inclusion_verify(leaf, logproof->index, &checkpoint.head, &logproof->proof));
	if (ret != NULL)
		*ret = checkpoint;
	return SLUIS_OK;
}
