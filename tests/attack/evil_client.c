/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * evil_client - sends what an honest client would not; for tests only.
 *
 *   evil_client PROFILE push ATTACK CASE GRANT TO PURPOSE CATEGORY=TEXT...   one attack (list below)
 *   evil_client PROFILE send|resign|recase|lift FILE [CASE GRANT TO PURPOSE CATEGORY=TEXT...]   with a push saved before
 *   evil_client PROFILE grant ATTACK CASE     a grant: honest, short (ends in a second), youth or one-parent (the wrong giver), federation
 *   evil_client PROFILE approve FILE          approve the record in that file (of org issue), whoever this is
 *   evil_client PROFILE renew CODE FOLDER FILE ROLE...   hand in a next record of one's own, signed with the key in FOLDER; kept in FILE
 *   evil_client PROFILE registrars K HANDLE,HANDLE   an entry that names them: "INDEX ENTRY ROOT", hex
 *   evil_client PROFILE flood N   N messages without a frame, then an honest question
 *   evil_client PROFILE ask status|fetch|case|grants ID   answer's rule and length, from a client that has seen nothing
 *   evil_client PROFILE head CASE             head of its chain
 *   evil_client PROFILE pull-bytes MESSAGE OUT   pull again and again from a proxy that changes one byte more each time
 *
 * Prints one line, "RULE" or what came; ends with the exit code of the command line (design 10), 9 where nothing was tried.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "connection.h"
#include "evil.h"
#include "hash.h"
#include "limits.h"
#include "pull.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, DAY_MS = 24 * 3600 * 1000, FRAME_HEAD_BYTES = 58 };

/* ---- asking ---- */

static enum sluis_err
call_push(struct evil *evil, const struct evil_message *m, struct sluis_answer *ret)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;

	ask.act_case = SLUIS__ASK__ACT_PUSH;
	ask.push = m->push;
	return sluis_session_call(evil->session, &ask, m->body, evil->arena, ret, &evil->failure);
}

/* Without the client's own checks; ${federation} is what the frame says. */
static const Sluis__Tell *
call_bare(struct evil *evil, Sluis__Ask *ask, struct sluis_bytes body, const struct sluis_hash *federation,
    size_t *ret_len)
{
	Sluis__Seen seen = SLUIS__SEEN__INIT;
	struct sluis_bytes frame, tell_body;
	Sluis__Tell *tell = NULL;
	struct sluis_id id;

	randombytes_buf(id.bytes, sizeof(id.bytes));
	ask->format = SLUIS_FORMAT;
	ask->federation_hash = sluis_pb_hash(federation);
	ask->request_id = sluis_pb_id(&id);
	ask->seen = &seen;
	evil_must(sluis_codec_pack(&ask->base, evil->arena, &frame), "asking");
	evil_must(sluis_connection_send(evil->session->connection, frame, body), "sending");
	evil_must(sluis_connection_receive(evil->session->connection, 5000, evil->arena, &frame, &tell_body),
	    "the answer");
	evil_must(SLUIS_UNPACK(tell, Tell, frame, SLUIS_TELL_MAX_BYTES, evil->arena, &tell), "the answer");
	*ret_len = frame.len + tell_body.len;
	return tell;
}

static int
say_bare(const Sluis__Tell *tell)
{
	if (tell->answer_case == SLUIS__TELL__ANSWER_REFUSAL)
		printf("%.*s\n", (int)tell->refusal->rule_code.len, (const char *)tell->refusal->rule_code.data);
	else
		printf("status %u\n", tell->status_number);
	return tell->status_number == 1 ? 0 : tell->status_number == 2 ? 3 : 5;
}

/* ---- messages with one thing wrong ---- */

/* Before sealing. */
static void
spoil_draft(struct evil_message *m, const char *attack)
{
	struct sluis_draft *d = &m->draft;
	const char *param = strchr(attack, ':');

	if (strcmp(attack, "old") == 0)
		d->created_ms = d->not_before_ms = sluis_now_ms() - INT64_C(6) * DAY_MS;
	else if (strcmp(attack, "ahead") == 0)
		d->created_ms = d->not_before_ms = sluis_now_ms() + 10 * 60 * 1000;
	else if (strcmp(attack, "federation") == 0)
		randombytes_buf(d->federation.bytes, sizeof(d->federation.bytes));
	else if (strcmp(attack, "policy") == 0)
		randombytes_buf(d->policy.bytes, sizeof(d->policy.bytes));
	else if (strcmp(attack, "keys") == 0)
		randombytes_buf(d->keys.root.bytes, sizeof(d->keys.root.bytes));
	else if (strcmp(attack, "grant-hash") == 0)
		randombytes_buf(m->grant.hash.bytes, sizeof(m->grant.hash.bytes));
	else if (strncmp(attack, "head:", 5) == 0)
		evil_must(sluis_unhex(param + 1, d->case_head.bytes, sizeof(d->case_head.bytes)), "head");
	else if (strncmp(attack, "id:", 3) == 0)
		d->message_id = evil_id(param + 1);
	else if (strcmp(attack, "sequence") == 0)
		m->recipients[0].pair_sequence = 1;
	for (size_t i = 0; i < d->n_sections; i++) {
		if (strncmp(attack, "media:", 6) == 0)
			m->sections[i].media_number = (uint32_t)atoi(param + 1);
		m->sections[i].has_not_bsn = strcmp(attack, "released") == 0;
	}
}

static void
spoil_recipients(struct evil *evil, struct evil_message *m, const char *attack)
{
	struct sluis_public keys[2] = { m->recipients[0].age_key };
	struct sluis_hash context = evil_context(m, 0);
	struct sluis_secret32 secret;

	randombytes_buf(secret.bytes, sizeof(secret.bytes));
	crypto_scalarmult_base(keys[1].bytes, secret.bytes);
	if (strcmp(attack, "hidden-recipient") == 0)
		evil_reseal(evil, m, 0, keys, 2, &context);
	else if (strcmp(attack, "another-recipient") == 0)
		evil_reseal(evil, m, 0, &keys[1], 1, &context);
	else if (strcmp(attack, "no-context") == 0)
		evil_reseal(evil, m, 0, keys, 1, NULL);
	else if (strcmp(attack, "wrong-context") == 0) {
		context.bytes[0] ^= 1;
		evil_reseal(evil, m, 0, keys, 1, &context);
	}
}

static void
swap_files(struct evil_message *m)
{
	const struct sluis_bytes first = m->files[0];

	m->files[0] = m->files[1];
	m->files[1] = first;
}

/* After sealing, before signing: what the sender itself says. */
static void
spoil_sealed(struct evil *evil, struct evil_message *m, const char *attack)
{
	const struct sluis_bytes first = m->files[0], second = m->files[1];

	spoil_recipients(evil, m, attack);
	if (strcmp(attack, "swapped") == 0) {
		evil_replace(evil, m, 0, second);
		evil_replace(evil, m, 1, first);
	} else if (strcmp(attack, "cut-payload") == 0) {
		evil_replace(evil, m, 0, sluis_bytes(first.data, first.len - 1));
	}
}

/* After signing: what somebody on the way does. */
static void
spoil_signed(struct evil *evil, struct evil_message *m, const char *attack)
{
	Sluis__Opening *first = m->push->sections[0];
	Sluis__Signature *signature = m->push->batch->signatures[0];
	uint8_t *copy;

	if (strcmp(attack, "reordered") == 0) {
		m->push->sections[0] = m->push->sections[1];
		m->push->sections[1] = first;
	} else if (strcmp(attack, "swapped-bytes") == 0) {
		swap_files(m);
		evil_join(evil, m);
	} else if (strcmp(attack, "truncated") == 0) {
		m->body.len--;
	} else if (strcmp(attack, "dropped") == 0) {
		m->push->n_sections--;
		evil_join(evil, m);
	} else if (strcmp(attack, "signature") == 0) {
		copy = evil_alloc(evil, signature->signature_bytes.len);
		memcpy(copy, signature->signature_bytes.data, signature->signature_bytes.len);
		copy[5] ^= 1;
		signature->signature_bytes.data = copy;
	}
}

/* The first answer's event, byte for byte. */
static int
send_twice(struct evil *evil, const struct evil_message *m)
{
	struct sluis_answer one, two;

	if (call_push(evil, m, &one) != SLUIS_OK || call_push(evil, m, &two) != SLUIS_OK)
		return evil_say(evil, evil->failure.err, "");
	if (one.tell->done->n_events != 1 || two.tell->done->n_events != 1 ||
	    !sluis_bytes_equal(sluis_of(one.tell->done->events[0]->event_bytes),
		sluis_of(two.tell->done->events[0]->event_bytes)) ||
	    one.exchange.size != two.exchange.size)
		return evil_say(evil, SLUIS_OK, "another answer");
	return evil_say(evil, SLUIS_OK, "same answer");
}

static int
send_message(struct evil *evil, const struct evil_message *m, const char *attack)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_answer answer;
	struct sluis_hash other;
	size_t len;
	char id[33];

	if (strcmp(attack, "twice") == 0)
		return send_twice(evil, m);
	if (strcmp(attack, "frame-federation") == 0) {
		randombytes_buf(other.bytes, sizeof(other.bytes));
		ask.act_case = SLUIS__ASK__ACT_PUSH;
		ask.push = m->push;
		return say_bare(call_bare(evil, &ask, m->body, &other, &len));
	}
	if (strcmp(attack, "waiting") == 0) {
		puts("ready");
		fflush(stdout);
		if (getchar() == EOF)
			return EVIL_BROKEN;
	}
	sluis_hex(m->draft.message_id.bytes, SLUIS_ID_BYTES, id);
	return evil_say(evil, call_push(evil, m, &answer), id);
}

static int
do_push(struct evil *evil, char **argv, int argc)
{
	struct evil_message m;
	const char *attack = argv[0];

	if (argc < 6)
		return EVIL_BROKEN;
	evil_draft(evil, argv[1], argv[2], argv[3], argv[4], argv + 5, argc - 5, &m);
	spoil_draft(&m, attack);
	evil_seal(evil, &m);
	spoil_sealed(evil, &m, attack);
	evil_sign(evil, &m);
	spoil_signed(evil, &m, attack);
	if (strncmp(attack, "save:", 5) == 0)
		evil_save(attack + 5, evil, &m);
	return send_message(evil, &m, attack);
}

/* ---- with a push saved before ---- */

/* The very bytes of the manifest, with another case in it. */
static void
change_case(struct evil *evil, struct evil_message *m, const struct sluis_id *id)
{
	Sluis__Manifest *manifest = NULL;
	struct sluis_bytes packed;

	evil_must(SLUIS_UNPACK(manifest, Manifest, sluis_of(m->push->manifest_bytes),
	    SLUIS_FRAME_MAX_BYTES, evil->arena, &manifest), "manifest");
	manifest->case_id = sluis_pb_id(id);
	evil_must(sluis_codec_pack(&manifest->base, evil->arena, &packed), "manifest");
	m->push->manifest_bytes = sluis_pb(packed);
}

static int
do_saved(struct evil *evil, const char *what, char **argv, int argc)
{
	struct evil_message saved, m;
	struct sluis_id id;

	evil_load(argv[0], evil, &saved);
	if (strcmp(what, "resign") == 0)
		evil_sign(evil, &saved);
	if (strcmp(what, "recase") == 0) {
		id = evil_id(argv[1]);
		change_case(evil, &saved, &id);
	}
	if (strcmp(what, "lift") != 0)
		return send_message(evil, &saved, "");
	if (argc < 6)
		return EVIL_BROKEN;
	evil_draft(evil, argv[1], argv[2], argv[3], argv[4], argv + 5, argc - 5, &m);
	evil_seal(evil, &m);
	evil_replace(evil, &m, 0, saved.files[0]);
	evil_sign(evil, &m);
	return send_message(evil, &m, "");
}

/* ---- the rest ---- */

static int
do_ask(struct evil *evil, const char *what, const char *hex)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskStatus status = SLUIS__ASK_STATUS__INIT;
	Sluis__AskFetch fetch = SLUIS__ASK_FETCH__INIT;
	Sluis__AskCase of_case = SLUIS__ASK_CASE__INIT;
	Sluis__AskGrants grants = SLUIS__ASK_GRANTS__INIT;
	const struct sluis_id id = evil_id(hex);
	const Sluis__Tell *tell;
	size_t len;

	status.message_id = fetch.message_id = of_case.case_id = grants.case_id = sluis_pb_id(&id);
	ask.act_case = what[0] == 's' ? SLUIS__ASK__ACT_STATUS : what[0] == 'f' ? SLUIS__ASK__ACT_FETCH :
	    what[0] == 'c' ? SLUIS__ASK__ACT_CASE : SLUIS__ASK__ACT_GRANTS;
	if (what[0] == 's')
		ask.status = &status;
	else if (what[0] == 'f')
		ask.fetch = &fetch;
	else if (what[0] == 'c')
		ask.case_ = &of_case;
	else
		ask.grants = &grants;
	tell = call_bare(evil, &ask, sluis_bytes(NULL, 0), &evil->session->federation, &len);
	/* The checkpoints grow by themselves with the log. */
	printf("%zu ", len - (tell->log == NULL ? 0 : tell->log->exchange_note_bytes.len));
	return say_bare(tell);
}

static int
do_head(struct evil *evil, const char *hex)
{
	const struct sluis_id id = evil_id(hex);
	char text[65];

	sluis_hex(evil_case(evil, &id)->head.bytes, SLUIS_HASH_BYTES, text);
	puts(text);
	return 0;
}

static size_t
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n;
}

/*
 * The proxy changes byte n of the answer at the n-th fetch and serves it whole when there are no more. What stands before the log
 * state (request id, status, seconds of advice) nobody signs: there any refusal will do, and byte 57, the advice, none.
 */
static int
do_pull_bytes(struct evil *evil, const char *hex, const char *out)
{
	const struct sluis_id id = evil_id(hex);
	struct sluis_pull_done *done = evil_alloc(evil, sizeof(*done));
	enum sluis_err err = SLUIS_EPROOF;
	size_t n = 0, wrong = 0;

	for (; err != SLUIS_OK; n++) {
		/* an answer to no question of ours is waited past */
		evil->session->timeout_ms = n < FRAME_HEAD_BYTES ? 100 : 15000;
		err = sluis_pull(evil->session, &id, out, false, done, &evil->failure);
		if (err == SLUIS_OK)
			break;
		if (count_entries(out) > 2 || (n >= FRAME_HEAD_BYTES && sluis_err_exit(err) != 5)) {
			wrong++;
			fprintf(stderr, "attack: byte %zu: %s: %s\n", n, sluis_err_name(err), evil->failure.text);
		}
	}
	printf("%zu bytes, %zu wrong\n", n, wrong);
	return wrong == 0 ? 0 : 1;
}

/* Each counts for many requests, and none is looked at (PROTOCOL 9.1). */
static int
do_flood(struct evil *evil, int n)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskHello hello = SLUIS__ASK_HELLO__INIT;
	struct sluis_answer answer;

	for (int i = 0; i < n; i++) {
		while (sluis_connection_send(evil->session->connection, sluis_bytes(NULL, 0), sluis_bytes(NULL, 0)) != SLUIS_OK)
			usleep(1000);
	}
	ask.act_case = SLUIS__ASK__ACT_HELLO;
	ask.hello = &hello;
	return evil_say(evil, sluis_session_call(evil->session, &ask, sluis_bytes(NULL, 0), evil->arena, &answer,
	    &evil->failure), "answered");
}

static int
run(struct evil *evil, char **argv, int argc)
{
	const char *what = argv[0];

	if (strcmp(what, "push") == 0)
		return do_push(evil, argv + 1, argc - 1);
	if (strcmp(what, "head") == 0 && argc == 2)
		return do_head(evil, argv[1]);
	if (strcmp(what, "approve") == 0 && argc == 2)
		return evil_approve(evil, argv[1]);
	if (strcmp(what, "flood") == 0 && argc == 2)
		return do_flood(evil, atoi(argv[1]));
	if (strcmp(what, "renew") == 0 && argc > 4)
		return evil_renew(evil, argv + 1, argc - 1);
	if (strcmp(what, "registrars") == 0 && argc == 3)
		return evil_registrars(evil, argv[2], (uint32_t)atoi(argv[1]));
	if (argc < 2)
		return EVIL_BROKEN;
	if (strcmp(what, "grant") == 0 && argc == 3)
		return evil_grant(evil, argv[1], argv[2]);
	if (strcmp(what, "ask") == 0 && argc == 3)
		return do_ask(evil, argv[1], argv[2]);
	if (strcmp(what, "pull-bytes") == 0 && argc == 3)
		return do_pull_bytes(evil, argv[1], argv[2]);
	return do_saved(evil, what, argv + 1, argc - 1);
}

int
main(int argc, char **argv)
{
	const struct sluis_passphrase none = { .ask = NULL };
	struct evil evil = { .arena = NULL };
	enum sluis_err err;
	int code;

	if (argc < 3 || sodium_init() < 0)
		return EVIL_BROKEN;
	evil.arena = sluis_arena_new(ARENA_BYTES);
	err = sluis_session_open(argv[1], &none, &evil.failure, &evil.session);
	if (err != SLUIS_OK)
		return evil_say(&evil, err, "");
	code = run(&evil, argv + 2, argc - 2);
	sluis_session_close(evil.session);
	sluis_arena_free(evil.arena);
	return code;
}
