/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lying_proxy - a broker in the middle, with the broker's own transport key, that changes one thing; for tests only.
 *
 *   lying_proxy LISTEN KEYS PROFILE LIE [HANDLE|FILE|FOLDER]
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
 *   resign          a keys log of its own, signed with the log's key: HANDLE suspended, by a registrar (PROFILE): as it should be
 *   resign-swap     such a log with another age key for HANDLE
 *   resign-unsigned such a log whose last entry is a suspension of HANDLE that the member of PROFILE signed
 *   self-approved   such a log where a registrar (PROFILE), one of two of whom one is needed, approves its own renewal, signed
 *                   with the key in FOLDER of its organisation
 *   add-act         one more act on a case: HANDLE joins
 *   collude         the same, truly signed by the member of PROFILE, who has no right to
 *   collude-policy  the same, by a policy that was never in force
 *   other-receiver  of a message's status: HANDLE in the place of its first receiver
 *   silence         of a message's status: no word of its last receiver
 *   hold-section    the last section of a message is held back; the receipt for the rest goes into FILE
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

#include "cases.h"
#include "connection.h"
#include "evil_record.h"
#include "hash.h"
#include "limits.h"
#include "lying_log.h"

enum { ARENA_BYTES = 24 * 1024 * 1024, FRAME_HEAD_BYTES = 58, ANSWER_MS = 10000 };

struct proxy {
	struct sluis_session *session;
	struct sluis_arena *arena; /* of one exchange */
	struct sluis_arena *start; /* what was seen at the start */
	const Sluis__LogState *log;
	uint64_t keys_size;
	const char *lie;
	struct sluis_bytes handle;
	struct lying_log own; /* keys log of our own making */
	bool has_own;
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
	const struct evil_maker maker = { p->session, p->arena, &p->failure };
	ProtobufCBinaryData *list = alloc(p, (keys->n_entry_bytes + 1) * sizeof(*list));

	for (size_t i = 0; i < keys->n_entry_bytes; i++)
		list[i] = keys->entry_bytes[i];
	list[keys->n_entry_bytes++] = sluis_pb(evil_record_entry(&maker, SLUIS_ENTRY_SUSPENSION,
	    evil_record_suspension(&maker, p->handle)));
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

/* The same, but nothing is forged: somebody on the case signs it, without the right to. */
static void
collude(struct proxy *p, const Sluis__Ask *ask, Sluis__TellCase *tell)
{
	const struct sluis_member *member = sluis_directory_member(p->session->directory, p->handle);
	const struct sluis_id id = sluis_id_of(ask->case_->case_id);
	Sluis__Signed **list = alloc(p, (tell->n_acts + 1) * sizeof(*list));
	struct sluis_case_name name;
	struct sluis_case_act draft = { .code = SLUIS_CASE_JOIN, .created_ms = sluis_now_ms(),
		.policy_hash = p->session->policy_hash, .names = &name, .n_names = 1 };
	struct sluis_case *of_case = NULL;
	struct sluis_bytes payload;

	if (tell->more_count != 0)
		return;
	must(member != NULL, "no such member");
	must(sluis_cases_get(p->session, &id, &of_case, &p->failure) == SLUIS_OK, p->failure.text);
	name = (struct sluis_case_name){ .handle = member->handle, .record_hash = member->record_hash };
	draft.record_hash = p->session->self->record_hash;
	draft.keys = sluis_profile_heads(p->session->profile).keys;
	if (lies(p, "collude-policy"))
		randombytes_buf(draft.policy_hash.bytes, sizeof(draft.policy_hash.bytes));
	memcpy(list, tell->acts, tell->n_acts * sizeof(*list));
	must(sluis_case_build(of_case, &draft, p->arena, &payload) == SLUIS_OK &&
		sluis_session_sign(p->session, SLUIS_SIGNED_CASE, payload, p->arena, &list[tell->n_acts],
		    &p->failure) == SLUIS_OK,
	    "signing the act");
	tell->n_acts++;
	tell->acts = list;
	sluis_case_free(of_case);
}

static void
spoil_status(struct proxy *p, Sluis__TellStatus *status)
{
	must(status->n_rows > 0, "a message with receivers");
	if (lies(p, "other-receiver"))
		status->rows[0]->handle = sluis_pb(p->handle);
	else if (lies(p, "silence"))
		status->n_rows--;
}

/* The last section never was, as far as its receiver can see. */
static void
hold_section(struct proxy *p, Sluis__TellFetch *fetch, struct sluis_bytes *body)
{
	Sluis__SectionDescriptor *d = NULL;

	must(fetch->n_sections > 1, "a message of more than one section");
	must(SLUIS_UNPACK(section_descriptor, SectionDescriptor,
		 sluis_of(fetch->sections[--fetch->n_sections]->descriptor_bytes), SLUIS_FRAME_MAX_BYTES, p->arena,
		 &d) == SLUIS_OK && d->file_size < body->len,
	    "the last section");
	fetch->total_size -= d->file_size;
	body->len -= (size_t)d->file_size;
}

/* What was signed for the rest goes into a file; its signer hears that nothing was done. */
static void
take_receipt(struct proxy *p, const Sluis__Ask *ask, Sluis__Tell *tell)
{
	struct sluis_bytes packed;
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%.*s", (int)p->handle.len, (const char *)p->handle.data);
	file = fopen(path, "wb");
	must(file != NULL && sluis_codec_pack(&ask->receipt->base, p->arena, &packed) == SLUIS_OK &&
		fwrite(packed.data, 1, packed.len, file) == packed.len && fclose(file) == 0,
	    path);
	tell->format = SLUIS_FORMAT;
	tell->federation_hash = ask->federation_hash;
	tell->request_id = ask->request_id;
	tell->status_number = 5;
	tell->retry_count = 1;
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
spoil_log(struct proxy *p, const Sluis__Ask *ask, Sluis__LogState *log)
{
	uint8_t *digit;

	if (p->has_own)
		must(lying_log_state(&p->own, ask->seen->keys_size, log, p->arena), "the log's proof");
	else if (lies(p, "hold-keys")) {
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
	if (p->has_own)
		must(lying_log_tell(&p->own, ask->keys->from_index, keys, p->arena), "memory");
	else if (lies(p, "swap-key"))
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
		spoil_log(p, ask, tell->log);
	if (tell->answer_case == SLUIS__TELL__ANSWER_KEYS)
		spoil_keys(p, ask, tell->keys);
	if (tell->answer_case == SLUIS__TELL__ANSWER_CASE && lies(p, "add-act"))
		add_act(p, tell->case_);
	if (tell->answer_case == SLUIS__TELL__ANSWER_CASE && strncmp(p->lie, "collude", 7) == 0)
		collude(p, ask, tell->case_);
	if (tell->answer_case == SLUIS__TELL__ANSWER_STATUS)
		spoil_status(p, tell->status);
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
	if (tell->answer_case == SLUIS__TELL__ANSWER_FETCH && lies(p, "hold-section"))
		hold_section(p, tell->fetch, &body);
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
	Sluis__Tell *tell = NULL, taken = SLUIS__TELL__INIT;
	size_t n;

	sluis_arena_reset(p->arena);
	n = receive(p, parts);
	if (n < 2 || SLUIS_UNPACK(ask, Ask, parts[1], SLUIS_FRAME_MAX_BYTES, p->arena, &ask) != SLUIS_OK)
		return;
	if (lies(p, "hold-section") && ask->act_case == SLUIS__ASK__ACT_RECEIPT) {
		take_receipt(p, ask, &taken);
		answer(p, parts[0], ask, &taken, sluis_bytes(NULL, 0));
		return;
	}
	if (sluis_connection_send(p->session->connection, parts[1], n > 2 ? parts[2] : sluis_bytes(NULL, 0)) !=
		SLUIS_OK ||
	    sluis_connection_receive(p->session->connection, ANSWER_MS, p->arena, &frame, &body) != SLUIS_OK ||
	    SLUIS_UNPACK(tell, Tell, frame, SLUIS_TELL_MAX_BYTES, p->arena, &tell) != SLUIS_OK)
		return;
	answer(p, parts[0], ask, tell, body);
}

/* ---- start ---- */

static void
load_key(const char *dir, const char *which, struct sluis_secret32 *ret)
{
	char path[1024], word[32], name[32], hex[65] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.key", dir, which);
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

	load_key(keys, "curve", &secret);
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

/* Root and proofs of it are right, and the log's key signs it: what is wrong stands in an entry. */
static void
make_own_log(struct proxy *p, const char *keys, const char *parameter)
{
	const struct evil_maker maker = { p->session, p->start, &p->failure };
	const struct sluis_member *member = sluis_directory_member(p->session->directory, p->handle);
	char *roles[] = { "registrar" };
	struct sluis_secret32 seed;
	Sluis__Signed *renewal;

	load_key(keys, "keys", &seed);
	must(lying_log_copy(&p->own, p->session->directory, &seed, p->start), "the keys log");
	p->has_own = true;
	if (lies(p, "resign-swap")) {
		Sluis__TellKeys all = SLUIS__TELL_KEYS__INIT;

		must(member != NULL && lying_log_tell(&p->own, member->entry_index, &all, p->start), "the record");
		swap_key(p, &all);
	} else if (lies(p, "resign-unsigned") || lies(p, "resign")) {
		p->own.n -= lies(p, "resign-unsigned") ? 1 : 0;
		lying_log_add(&p->own, evil_record_entry(&maker, SLUIS_ENTRY_SUSPENSION,
		    evil_record_suspension(&maker, p->handle)));
	} else {
		renewal = evil_record_renewal(&maker, parameter, roles, 1);
		lying_log_add(&p->own, evil_record_entry(&maker, SLUIS_ENTRY_REGISTRARS,
		    evil_record_registrars(&maker, "registrar,officer", 1)));
		lying_log_add(&p->own, evil_record_entry(&maker, SLUIS_ENTRY_RECORD, renewal));
		lying_log_add(&p->own, evil_record_entry(&maker, SLUIS_ENTRY_APPROVAL,
		    evil_record_approval(&maker, renewal)));
	}
	must(lying_log_sign(&p->own), "the log's signature");
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
	if (strncmp(p.lie, "resign", 6) == 0 || lies(&p, "self-approved"))
		make_own_log(&p, argv[2], argc > 5 ? argv[5] : "");
	listen_at(&p, argv[1], argv[2]);
	puts("ready");
	fflush(stdout);
	for (;;)
		pass_on(&p);
}
