/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lying_proxy - a broker in the middle, with the broker's own transport key, that changes one thing; for tests only.
 *
 *   lying_proxy LISTEN KEYS PROFILE LIE [HANDLE]
 *
 * Listens at LISTEN (tcp://...) with KEYS/curve.key, passes every question on as the member of PROFILE, and answers with what the
 * broker says but for LIE:
 *   none            nothing: shows that the way through works
 *   bytes           of the n-th answer to a fetch, byte n of frame and body
 *   swap-key        in the keys log, another age key for HANDLE
 *   forge-entry     one more entry in the keys log: HANDLE suspended, signed by the member of PROFILE
 *   withhold        the last entry of the keys log is not shown
 *   hold-keys       the keys log as it was when this program started
 *   hold-exchange   the exchange log as it was then
 *   forge-log       the exchange log's checkpoint under another signature
 *   add-act         one more act on a case: HANDLE joins
 *   policy          the policy with a line more
 *   refusal         a refusal by another rule than was decided
 *   old-push        for a push, the proven event of the first push that went through here
 *   old-release     for a fetch, the proven release of the first
 * Prints "ready"; runs until it is killed. PROFILE must not be in use by another process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <zmq.h>

#include "case_chain.h"
#include "connection.h"
#include "hash.h"
#include "limits.h"
#include "record.h"
#include "session.h"

enum { ARENA_BYTES = 24 * 1024 * 1024, FRAME_HEAD_BYTES = 58, ANSWER_MS = 10000 };

struct proxy {
	struct sluis_session *session;
	struct sluis_arena *arena; /* of one exchange */
	struct sluis_arena *start; /* what was seen at the start */
	const Sluis__LogState *log;
	uint64_t keys_size;
	const char *lie;
	struct sluis_bytes handle;
	size_t n;             /* fetches so far */
	uint64_t kept;        /* leaf index + 1 of the first event; 0: none yet */
	void *context;
	void *socket;
	struct sluis_failure failure;
};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "lying_proxy: error: %s\n", what);
	exit(9);
}

static bool
lies(const struct proxy *p, const char *lie)
{
	return strcmp(p->lie, lie) == 0;
}

static void *
alloc(struct proxy *p, size_t len)
{
	void *memory = sluis_arena_alloc(p->arena, len);

	must(memory != NULL, "memory");
	return memory;
}

static ProtobufCBinaryData
copy_of(struct proxy *p, ProtobufCBinaryData data)
{
	struct sluis_bytes copy;

	must(sluis_arena_copy(p->arena, sluis_of(data), &copy) == SLUIS_OK, "memory");
	return sluis_pb(copy);
}

/* ---- the lies ---- */

static void
swap_key(struct proxy *p, Sluis__TellKeys *keys)
{
	const struct sluis_member *member = sluis_directory_member(p->session->directory, p->handle);

	must(member != NULL && member->n_recipients > 0, "no such member");
	for (size_t i = 0; i < keys->n_entry_bytes; i++) {
		uint8_t *at = memmem(keys->entry_bytes[i].data, keys->entry_bytes[i].len,
		    member->recipients[0].key.bytes, SLUIS_KEY_BYTES);
		struct sluis_secret32 secret;

		randombytes_buf(secret.bytes, sizeof(secret.bytes));
		if (at != NULL)
			crypto_scalarmult_base(at, secret.bytes);
	}
}

static void
forge_entry(struct proxy *p, Sluis__TellKeys *keys)
{
	const struct sluis_record_act act = { .federation = p->session->federation, .created_ms = sluis_now_ms() };
	const struct sluis_record_suspension suspension = { .handle = p->handle,
		.state = SLUIS_STANDING_SUSPENDED, .reason = sluis_bytes_text("safety") };
	ProtobufCBinaryData *list = alloc(p, (keys->n_entry_bytes + 1) * sizeof(*list));
	Sluis__Signed *signed_act = NULL;
	struct sluis_bytes payload, entry;

	must(sluis_record_suspension(&act, &suspension, p->arena, &payload) == SLUIS_OK &&
		sluis_session_sign(p->session, SLUIS_SIGNED_SUSPENSION, payload, p->arena, &signed_act,
		    &p->failure) == SLUIS_OK &&
		sluis_record_entry(SLUIS_ENTRY_SUSPENSION, signed_act, p->arena, &entry) == SLUIS_OK,
	    "forging an entry");
	for (size_t i = 0; i < keys->n_entry_bytes; i++)
		list[i] = keys->entry_bytes[i];
	list[keys->n_entry_bytes++] = sluis_pb(entry);
	keys->entry_bytes = list;
}

static void
hold_entries(const struct proxy *p, const Sluis__Ask *ask, Sluis__TellKeys *keys)
{
	const uint64_t from = ask->keys->from_index;
	const uint64_t left = from < p->keys_size ? p->keys_size - from : 0;

	if (keys->n_entry_bytes > left)
		keys->n_entry_bytes = (size_t)left;
}

static void
add_act(struct proxy *p, Sluis__TellCase *tell)
{
	const Sluis__Signed *last = tell->acts[tell->n_acts - 1];
	const struct sluis_member *member = sluis_directory_member(p->session->directory, p->handle);
	struct sluis_hash previous = sluis_signed_hash(last);
	Sluis__Signed **list = alloc(p, (tell->n_acts + 1) * sizeof(*list));
	Sluis__Previous link = SLUIS__PREVIOUS__INIT;
	Sluis__CaseMember joins = SLUIS__CASE_MEMBER__INIT, *members[1] = { &joins };
	Sluis__CaseAct *act = NULL;
	struct sluis_bytes payload;

	must(member != NULL, "no such member");
	must(SLUIS_UNPACK(case_act, CaseAct, sluis_of(last->payload_bytes), SLUIS_FRAME_MAX_BYTES, p->arena,
		 &act) == SLUIS_OK, "the last act");
	act->sequence++;
	act->act_code = sluis_pb(sluis_bytes_text("join"));
	link.previous_hash = sluis_pb_hash(&previous);
	act->previous = &link;
	joins.handle = sluis_pb(member->handle);
	joins.record_hash = sluis_pb_hash(&member->record_hash);
	act->members = members;
	act->n_members = 1;
	act->n_facts = 0;
	must(sluis_codec_pack(&act->base, p->arena, &payload) == SLUIS_OK, "forging an act");
	memcpy(list, tell->acts, tell->n_acts * sizeof(*list));
	/* the signature is of that very member, but over another act */
	list[tell->n_acts] = alloc(p, sizeof(**list));
	*list[tell->n_acts] = *last;
	list[tell->n_acts++]->payload_bytes = sluis_pb(payload);
	tell->acts = list;
}

/* The event at ${index}, proven for the checkpoint of this moment: asking for a proof writes nothing. */
static Sluis__Evidence *
proof_of(struct proxy *p, uint64_t index)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskProof proof = SLUIS__ASK_PROOF__INIT;
	struct sluis_answer answer;

	proof.leaf_index = index;
	ask.act_case = SLUIS__ASK__ACT_PROOF;
	ask.proof = &proof;
	must(sluis_session_call(p->session, &ask, sluis_bytes(NULL, 0), p->arena, &answer, &p->failure) == SLUIS_OK,
	    p->failure.text);
	return answer.tell->done->events[0];
}

static void
replace_evidence(struct proxy *p, Sluis__Evidence **evidence)
{
	if (p->kept == 0)
		p->kept = (*evidence)->leaf_index + 1;
	else
		*evidence = proof_of(p, p->kept - 1);
}

static void
spoil_log(struct proxy *p, Sluis__LogState *log)
{
	uint8_t *digit;

	if (lies(p, "hold-keys")) {
		log->keys_note_bytes = p->log->keys_note_bytes;
		log->n_keys_consistency_hashes = 0;
	} else if (lies(p, "hold-exchange")) {
		log->exchange_note_bytes = p->log->exchange_note_bytes;
		log->n_exchange_consistency_hashes = 0;
	} else if (lies(p, "forge-log")) {
		log->exchange_note_bytes = copy_of(p, log->exchange_note_bytes);
		/* another base64 digit within the signature */
		digit = &log->exchange_note_bytes.data[log->exchange_note_bytes.len - 20];
		*digit = *digit == 'A' ? 'B' : 'A';
	}
}

static void
spoil_keys(struct proxy *p, const Sluis__Ask *ask, Sluis__TellKeys *keys)
{
	if (lies(p, "swap-key"))
		swap_key(p, keys);
	else if (lies(p, "forge-entry"))
		forge_entry(p, keys);
	else if (lies(p, "withhold") && keys->n_entry_bytes > 0 &&
	    ask->keys->from_index + keys->n_entry_bytes >= p->keys_size)
		keys->n_entry_bytes--;
	else if (lies(p, "hold-keys"))
		hold_entries(p, ask, keys);
}

static void
spoil_body(struct proxy *p, const Sluis__Ask *ask, struct sluis_bytes *body)
{
	static const char LINE[] = "# and whatever suits us\n";
	uint8_t *longer;

	if (!lies(p, "policy") || ask->act_case != SLUIS__ASK__ACT_POLICY)
		return;
	longer = alloc(p, body->len + sizeof(LINE) - 1);
	memcpy(longer, body->data, body->len);
	memcpy(longer + body->len, LINE, sizeof(LINE) - 1);
	*body = sluis_bytes(longer, body->len + sizeof(LINE) - 1);
}

static void
spoil(struct proxy *p, const Sluis__Ask *ask, Sluis__Tell *tell)
{
	if (tell->log != NULL)
		spoil_log(p, tell->log);
	if (tell->answer_case == SLUIS__TELL__ANSWER_KEYS)
		spoil_keys(p, ask, tell->keys);
	if (tell->answer_case == SLUIS__TELL__ANSWER_CASE && lies(p, "add-act"))
		add_act(p, tell->case_);
	if (tell->answer_case == SLUIS__TELL__ANSWER_REFUSAL && lies(p, "refusal"))
		tell->refusal->rule_code = sluis_pb(sluis_bytes_text("daily"));
	if (tell->answer_case == SLUIS__TELL__ANSWER_DONE && ask->act_case == SLUIS__ASK__ACT_PUSH &&
	    lies(p, "old-push"))
		replace_evidence(p, &tell->done->events[0]);
	if (tell->answer_case == SLUIS__TELL__ANSWER_FETCH && lies(p, "old-release"))
		replace_evidence(p, &tell->fetch->release);
}

/* Byte n of frame and body; the seconds of advice, which nobody signs, are left as they are. */
static void
change_byte(struct proxy *p, uint8_t *frame, size_t len, const uint8_t *body, size_t body_len, uint8_t **ret_body)
{
	const size_t at = p->n == FRAME_HEAD_BYTES - 1 ? p->n + 1 : p->n;
	const uint8_t bit = (uint8_t)(1u << (p->n % 8));

	*ret_body = alloc(p, body_len);
	if (body_len > 0)
		memcpy(*ret_body, body, body_len);
	if (at < len)
		frame[at] ^= bit;
	else if (at - len < body_len)
		(*ret_body)[at - len] ^= bit;
	p->n++;
}

/* ---- the way through ---- */

static size_t
receive(struct proxy *p, struct sluis_bytes ret[static 3])
{
	size_t n = 0;
	int more = 1;

	while (more && n < 3) {
		zmq_msg_t part;

		zmq_msg_init(&part);
		must(zmq_msg_recv(&part, p->socket, 0) >= 0, "receiving");
		must(sluis_arena_copy(p->arena, sluis_bytes(zmq_msg_data(&part), zmq_msg_size(&part)), &ret[n]) ==
		    SLUIS_OK, "memory");
		n++;
		more = zmq_msg_more(&part);
		zmq_msg_close(&part);
	}
	return n;
}

static void
answer(struct proxy *p, struct sluis_bytes id, const Sluis__Ask *ask, Sluis__Tell *tell, struct sluis_bytes body)
{
	uint8_t *frame, *changed = NULL;
	size_t len;

	spoil(p, ask, tell);
	spoil_body(p, ask, &body);
	len = protobuf_c_message_get_packed_size(&tell->base);
	frame = alloc(p, len);
	protobuf_c_message_pack(&tell->base, frame);
	if (lies(p, "bytes") && ask->act_case == SLUIS__ASK__ACT_FETCH) {
		change_byte(p, frame, len, body.data, body.len, &changed);
		body.data = changed;
	}
	(void)zmq_send(p->socket, id.data, id.len, ZMQ_SNDMORE);
	(void)zmq_send(p->socket, frame, len, body.len > 0 ? ZMQ_SNDMORE : 0);
	if (body.len > 0)
		(void)zmq_send(p->socket, body.data, body.len, 0);
}

static void
pass_on(struct proxy *p)
{
	struct sluis_bytes parts[3], frame, body;
	Sluis__Ask *ask = NULL;
	Sluis__Tell *tell = NULL;
	size_t n;

	sluis_arena_reset(p->arena);
	n = receive(p, parts);
	if (n < 2 || SLUIS_UNPACK(ask, Ask, parts[1], SLUIS_FRAME_MAX_BYTES, p->arena, &ask) != SLUIS_OK)
		return;
	if (sluis_connection_send(p->session->connection, parts[1], n > 2 ? parts[2] : sluis_bytes(NULL, 0)) !=
		SLUIS_OK ||
	    sluis_connection_receive(p->session->connection, ANSWER_MS, p->arena, &frame, &body) != SLUIS_OK ||
	    SLUIS_UNPACK(tell, Tell, frame, SLUIS_TELL_MAX_BYTES, p->arena, &tell) != SLUIS_OK)
		return;
	answer(p, parts[0], ask, tell, body);
}

/* ---- start ---- */

static void
load_key(const char *dir, struct sluis_secret32 *ret)
{
	char path[1024], word[32], name[32], hex[65] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/curve.key", dir);
	file = fopen(path, "r");
	must(file != NULL && fscanf(file, "%31s %31s %64s", word, name, hex) == 3 &&
		sluis_unhex(hex, ret->bytes, sizeof(ret->bytes)) == SLUIS_OK, path);
	fclose(file);
}

static void
listen_at(struct proxy *p, const char *endpoint, const char *keys)
{
	struct sluis_secret32 secret;
	const int yes = 1;

	load_key(keys, &secret);
	p->context = zmq_ctx_new();
	p->socket = zmq_socket(p->context, ZMQ_ROUTER);
	must(zmq_setsockopt(p->socket, ZMQ_CURVE_SERVER, &yes, sizeof(yes)) == 0 &&
		zmq_setsockopt(p->socket, ZMQ_CURVE_SECRETKEY, secret.bytes, sizeof(secret.bytes)) == 0 &&
		zmq_bind(p->socket, endpoint) == 0, "listening");
}

static void
look(struct proxy *p)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskHello hello = SLUIS__ASK_HELLO__INIT;
	struct sluis_answer answer;

	ask.act_case = SLUIS__ASK__ACT_HELLO;
	ask.hello = &hello;
	must(sluis_session_call(p->session, &ask, sluis_bytes(NULL, 0), p->start, &answer, &p->failure) == SLUIS_OK,
	    p->failure.text);
	p->log = answer.tell->log;
	p->keys_size = sluis_directory_size(p->session->directory);
}

int
main(int argc, char **argv)
{
	const struct sluis_passphrase none = { .ask = NULL };
	struct proxy p = { .n = 0 };

	must(argc >= 5 && sodium_init() >= 0, "LISTEN KEYS PROFILE LIE [HANDLE]");
	p.arena = sluis_arena_new(ARENA_BYTES);
	p.start = sluis_arena_new(ARENA_BYTES);
	p.lie = argv[4];
	p.handle = sluis_bytes_text(argc > 5 ? argv[5] : "");
	must(sluis_session_open(argv[3], &none, &p.failure, &p.session) == SLUIS_OK, p.failure.text);
	look(&p);
	listen_at(&p, argv[1], argv[2]);
	puts("ready");
	fflush(stdout);
	for (;;)
		pass_on(&p);
}
