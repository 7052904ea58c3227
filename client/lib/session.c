/* SPDX-License-Identifier: EUPL-1.2 */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "connection.h"
#include "hash.h"
#include "limits.h"
#include "logstate.h"
#include "mirror.h"
#include "policies.h"
#include "receipt.h"

enum { TIMEOUT_MS = 15000, STATUS_DONE = 1, STATUS_REFUSED = 2, STATUS_BUSY = 3, STATUS_UNAVAILABLE = 5 };

int64_t
sluis_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum sluis_err
sluis_session_refusal(const struct sluis_session *session, const char *rule,
    struct sluis_failure *failure)
{
	const struct sluis_bytes code = sluis_bytes_text(rule);
	enum sluis_rule number = SLUIS_RULE_NONE;
	struct sluis_bytes label = code, remedy, ask;

	for (enum sluis_rule i = SLUIS_RULE_NONE + 1; i < SLUIS_RULE_END; i++) {
		if (strcmp(sluis_rule_text(i), rule) == 0)
			number = i;
	}
	if (session->policy != NULL)
		label = sluis_policy_label(session->policy, SLUIS_KIND_RULE, code, session->lang);
	(void)sluis_fail(failure, SLUIS_EREFUSED, "%s (%s)", "", "");
	if (label.len > 0 && !sluis_bytes_equal(label, code))
		snprintf(failure->text, sizeof(failure->text), "%.*s (%s)", (int)label.len,
		    (const char *)label.data, rule);
	else
		snprintf(failure->text, sizeof(failure->text), _("refused by rule %s"), rule);
	snprintf(failure->rule, sizeof(failure->rule), "%s", rule);
	if (session->policy == NULL || number == SLUIS_RULE_NONE)
		return SLUIS_EREFUSED;
	remedy = sluis_policy_remedy(session->policy, number, session->lang);
	ask = sluis_policy_ask(session->policy, number);
	ask = ask.len == 0 ? ask : sluis_policy_label(session->policy, SLUIS_KIND_ROLE, ask, session->lang);
	if (ask.len > 0)
		sluis_fail_hint(failure, _("%.*s; ask: %.*s"), (int)remedy.len,
		    (const char *)remedy.data, (int)ask.len, (const char *)ask.data);
	else
		sluis_fail_hint(failure, "%.*s", (int)remedy.len, (const char *)remedy.data);
	return SLUIS_EREFUSED;
}

/* Environment, profile, locale: the first that says something (the command line's flag sets SLUIS_LANG). */
static enum sluis_lang
choose_lang(const struct sluis_profile *profile)
{
	const char *const said[] = { getenv("SLUIS_LANG"), sluis_profile_identity(profile)->lang,
		getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG") };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(said); i++) {
		if (said[i] != NULL && said[i][0] != '\0')
			return strncmp(said[i], "nl", 2) == 0 ? SLUIS_LANG_NL : SLUIS_LANG_EN;
	}
	return SLUIS_LANG_EN;
}

static enum sluis_err
connect_broker(struct sluis_session *session, struct sluis_failure *failure)
{
	const struct sluis_profile_identity *identity = sluis_profile_identity(session->profile);
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);
	const char *endpoints[SLUIS_PROFILE_ENDPOINTS_MAX];
	const struct sluis_connection_target target = {
		.endpoints = endpoints,
		.n_endpoints = identity->n_endpoints,
		.broker = identity->broker_curve,
		.own_public = keys->curve_public,
		.own_secret = &keys->curve,
	};
	enum sluis_err err;

	for (size_t i = 0; i < identity->n_endpoints; i++)
		endpoints[i] = identity->endpoints[i];
	err = sluis_connection_open(&target, &session->connection);
	if (err == SLUIS_OK)
		return SLUIS_OK;
	return sluis_fail_err(failure, err, _("connecting to the broker"));
}

/* ---- one exchange ---- */

static enum sluis_err
pack_ask(struct sluis_session *session, Sluis__Ask *ask, struct sluis_arena *arena,
    struct sluis_id *request_id, Sluis__Seen *seen, struct sluis_bytes *ret)
{
	const struct sluis_profile_heads heads = sluis_profile_heads(session->profile);

	randombytes_buf(request_id->bytes, sizeof(request_id->bytes));
	sluis__seen__init(seen);
	seen->keys_size = heads.keys.size;
	seen->exchange_size = heads.exchange.size;
	ask->format = SLUIS_FORMAT;
	ask->federation_hash = sluis_pb_hash(&session->federation);
	ask->request_id = sluis_pb_id(request_id);
	ask->seen = seen;
	return sluis_codec_pack(&ask->base, arena, ret);
}

/* Answers to earlier questions (a call that gave up) are passed over. */
static enum sluis_err
receive_tell(struct sluis_session *session, const struct sluis_id *request_id, struct sluis_arena *arena,
    struct sluis_answer *ret)
{
	const int64_t until_ms = sluis_now_ms() + session->timeout_ms;

	for (;;) {
		const int64_t left_ms = until_ms - sluis_now_ms();
		struct sluis_bytes frame;
		Sluis__Tell *tell = NULL;

		if (left_ms <= 0)
			return SLUIS_EUNREACHABLE;
		SLUIS_TRY(sluis_connection_receive(session->connection, left_ms, arena, &frame,
		    &ret->body));
		SLUIS_TRY(SLUIS_UNPACK(tell, Tell, frame, SLUIS_TELL_MAX_BYTES, arena, &tell));
		if (!sluis_bytes_equal(sluis_of(tell->request_id),
			sluis_bytes(request_id->bytes, SLUIS_ID_BYTES)))
			continue;
		if (!sluis_bytes_equal(sluis_of(tell->federation_hash),
			sluis_hash_bytes(&session->federation)))
			return SLUIS_EROLLBACK;
		ret->tell = tell;
		return SLUIS_OK;
	}
}

static void
view_of(const struct sluis_log_identity *identity, const struct sluis_merkle_head *head,
    struct sluis_log_view *ret)
{
	ret->origin = identity->origin;
	ret->key = identity->key;
	ret->head = *head;
}

/* Both logs only ever grow from what was seen; the new heads are on disk before anybody relies on them. */
static enum sluis_err
check_log(struct sluis_session *session, const Sluis__LogState *log, struct sluis_arena *arena,
    struct sluis_answer *answer, struct sluis_failure *failure)
{
	const struct sluis_genesis *genesis = sluis_directory_genesis(session->directory);
	struct sluis_profile_heads heads = sluis_profile_heads(session->profile);
	struct sluis_log_view keys, exchange;
	struct sluis_why why = { "" };
	struct sluis_bytes packed;
	enum sluis_err err;

	/* Before the genesis is here there is nothing to check with; the mirror asks again as soon as it is. */
	if (genesis == NULL)
		return SLUIS_OK;
	if (log == NULL)
		return SLUIS_ESTATUS;
	view_of(&genesis->keys_log, &heads.keys, &keys);
	view_of(sluis_directory_exchange_log(session->directory), &heads.exchange, &exchange);
	err = sluis_logstate_check(log, &keys, &exchange, &why);
	if (err != SLUIS_OK) {
		(void)sluis_fail(failure, err, _("the broker's log does not hold: %s"),
		    why.text[0] == '\0' ? _(sluis_err_text(err)) : why.text);
		sluis_fail_hint(failure,
		    _("trust nothing of this answer; give the evidence to your privacy officer"));
		if (sluis_codec_pack(&log->base, arena, &packed) == SLUIS_OK)
			sluis_profile_evidence(session->profile, "log-state", packed, failure);
		return err;
	}
	heads.keys = keys.head;
	heads.exchange = exchange.head;
	answer->exchange = exchange.head;
	return sluis_profile_set_heads(session->profile, &heads, failure);
}

static enum sluis_err
check_decision(struct sluis_session *session, const Sluis__Refusal *refusal, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_broker_keys *broker = sluis_directory_broker(session->directory);
	Sluis__Decision *decision = NULL;
	struct sluis_bytes packed;
	enum sluis_err err;

	if (refusal->decision == NULL)
		return SLUIS_OK;
	err = sluis_receipt_decision_verify(refusal->decision, &broker->decision_key, arena, &decision);
	if (err == SLUIS_OK &&
	    !sluis_bytes_equal(sluis_of(decision->rule_code), sluis_of(refusal->rule_code)))
		err = SLUIS_ESIGNATURE;
	if (err == SLUIS_OK)
		return SLUIS_OK;
	(void)sluis_fail(failure, err, _("the broker's refusal is not signed as it should be"));
	if (sluis_codec_pack(&refusal->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "refusal", packed, failure);
	return err;
}

static enum sluis_err
judge_status(struct sluis_session *session, const Sluis__Tell *tell, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	char rule[40];

	if (tell->status_number == STATUS_DONE)
		return SLUIS_OK;
	if (tell->status_number == STATUS_REFUSED && tell->answer_case == SLUIS__TELL__ANSWER_REFUSAL) {
		SLUIS_TRY(check_decision(session, tell->refusal, arena, failure));
		snprintf(rule, sizeof(rule), "%.*s", (int)tell->refusal->rule_code.len,
		    (const char *)tell->refusal->rule_code.data);
		return sluis_session_refusal(session, rule, failure);
	}
	if (tell->status_number == STATUS_BUSY || tell->status_number == STATUS_UNAVAILABLE) {
		(void)sluis_fail(failure, SLUIS_EBUSY, "%s",
		    tell->status_number == STATUS_BUSY ?
			_("the broker has too much to do for you now; nothing was done") :
			_("the broker cannot write now; nothing was done"));
		sluis_fail_hint(failure, _("repeating is safe; try again in %u seconds"),
		    tell->retry_count == 0 ? 5 : tell->retry_count);
		return SLUIS_EBUSY;
	}
	return sluis_fail(failure, SLUIS_ESTATUS, _("the broker did not understand this program's request"));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_call(struct sluis_session *session, Sluis__Ask *ask, struct sluis_bytes body,
    struct sluis_arena *arena, struct sluis_answer *ret, struct sluis_failure *failure)
{
	struct sluis_answer answer = { .tell = NULL };
	struct sluis_id request_id;
	Sluis__Seen seen;
	struct sluis_bytes frame;
	enum sluis_err err;

	if (session->connection == NULL)
		return sluis_fail(failure, SLUIS_EUNREACHABLE, _("this session is offline"));
	err = pack_ask(session, ask, arena, &request_id, &seen, &frame);
	if (err == SLUIS_OK)
		err = sluis_connection_send(session->connection, frame, body);
	if (err == SLUIS_OK)
		err = receive_tell(session, &request_id, arena, &answer);
	if (err == SLUIS_EUNREACHABLE) {
		(void)sluis_fail(failure, err, _("the broker does not answer"));
		sluis_fail_hint(failure,
		    _("repeating is safe: nothing is done twice; 'sluis doctor' says what is wrong"));
	}
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("asking the broker"));
	/* Busy and malformed answers come before anything was looked at: they carry no log state. */
	if (answer.tell->log != NULL || answer.tell->status_number <= STATUS_REFUSED) {
		err = check_log(session, answer.tell->log, arena, &answer, failure);
		if (err != SLUIS_OK)
			return sluis_fail_err(failure, err, _("the broker's answer"));
	}
	*ret = answer;
	return judge_status(session, answer.tell, arena, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_evidence(struct sluis_session *session, const struct sluis_answer *answer,
    const Sluis__Evidence *evidence, const struct sluis_hash *act_hash, const char *type,
    struct sluis_arena *arena, struct sluis_event_evidence *ret, struct sluis_failure *failure)
{
	struct sluis_bytes packed;
	enum sluis_err err =
	    sluis_event_evidence_verify(evidence, &answer->exchange, arena, ret);

	/* that a refusal of it was written down proves the contrary */
	if (err == SLUIS_OK && !sluis_event_permits(ret->event, type, act_hash))
		err = SLUIS_EPROOF;
	if (err == SLUIS_OK)
		return SLUIS_OK;
	(void)sluis_fail(failure, err, _("the broker's proof that it wrote this down does not hold"));
	sluis_fail_hint(failure, _("trust nothing of this answer; give the evidence to your privacy officer"));
	if (sluis_codec_pack(&answer->tell->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "proof", packed, failure);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_act(struct sluis_session *session, Sluis__Ask *ask, const struct sluis_session_act *act,
    struct sluis_arena *arena, struct sluis_session_done *ret, struct sluis_failure *failure)
{
	struct sluis_event_evidence evidence;
	struct sluis_answer answer;

	SLUIS_TRY(sluis_session_call(session, ask, act->body, arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_DONE || answer.tell->done->n_events != 1)
		return sluis_fail_err(failure, SLUIS_ESTATUS, act->what);
	SLUIS_TRY(sluis_session_evidence(session, &answer, answer.tell->done->events[0], &act->act_hash, act->type,
	    arena, &evidence, failure));
	*ret = (struct sluis_session_done){ .index = evidence.index, .size = answer.exchange.size };
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_clock(struct sluis_session *session, int64_t *ret_ahead_ms, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskHello hello = SLUIS__ASK_HELLO__INIT;
	struct sluis_answer answer;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("asking the broker"));
	ask.act_case = SLUIS__ASK__ACT_HELLO;
	ask.hello = &hello;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_HELLO)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("asking the broker"));
	*ret_ahead_ms = sluis_now_ms() - (int64_t)answer.tell->hello->time_ms;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_sign(struct sluis_session *session, enum sluis_signed_type type,
    struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Signed **ret,
    struct sluis_failure *failure)
{
	struct sluis_signer signer = { .secret = &sluis_profile_keys(session->profile)->sign };
	enum sluis_err err;

	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	signer.record_hash = session->self->record_hash;
	err = sluis_signed_make(&signer, type, payload, arena, ret);
	return err == SLUIS_OK ? err : sluis_fail_err(failure, err, _("signing"));
}

void
sluis_session_facts(const struct sluis_session *session, const struct sluis_member *member,
    struct sluis_member_facts *ret)
{
	const struct sluis_organisation *organisation =
	    sluis_directory_organisation(session->directory, member->organisation_handle);
	const enum sluis_err err = sluis_directory_in_force(session->directory, member,
	    sluis_now_ms(), NULL, NULL);

	*ret = (struct sluis_member_facts){
		.handle = member->handle,
		.organisation = member->organisation_handle,
		.regime = organisation == NULL ? sluis_bytes(NULL, 0) : organisation->regime,
		.roles = { .items = member->roles, .count = member->n_roles },
		.is_active = err == SLUIS_OK || err == SLUIS_ECERTIFICATE,
		.is_certificate_valid = err == SLUIS_OK || err == SLUIS_EREFUSED,
		.is_federation_body = sluis_bytes_equal(member->organisation_handle,
		    sluis_directory_genesis(session->directory)->body_handle),
	};
}

/* ---- life ---- */

static enum sluis_err
open_offline(const char *dir, const struct sluis_passphrase *passphrase, struct sluis_failure *failure,
    struct sluis_session *session)
{
	session->timeout_ms = TIMEOUT_MS;
	SLUIS_TRY(sluis_profile_open(dir, passphrase, failure, &session->profile));
	session->federation = sluis_profile_identity(session->profile)->federation;
	session->lang = choose_lang(session->profile);
	return sluis_mirror_load(session, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_open_offline(const char *dir, const struct sluis_passphrase *passphrase,
    struct sluis_failure *failure, struct sluis_session **ret)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("opening the profile"));
	SLUIS_TRY(open_offline(dir, passphrase, failure, session));
	*ret = SLUIS_TAKE(session);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_open(const char *dir, const struct sluis_passphrase *passphrase,
    struct sluis_failure *failure, struct sluis_session **ret)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("opening the profile"));
	SLUIS_TRY(open_offline(dir, passphrase, failure, session));
	SLUIS_TRY(connect_broker(session, failure));
	SLUIS_TRY(sluis_session_sync(session, failure));
	*ret = SLUIS_TAKE(session);
	return SLUIS_OK;
}

void
sluis_session_close(struct sluis_session *session)
{
	if (session == NULL)
		return;
	sluis_connection_close(session->connection);
	sluis_policies_free(session->earlier);
	sluis_policy_free(session->policy);
	sluis_directory_free(session->directory);
	sluis_profile_close(session->profile);
	free(session);
}

void
sluis_session_closep(struct sluis_session **session)
{
	sluis_session_close(*session);
	*session = NULL;
}
