/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake.h"

#include <string.h>

#include "directory.h"
#include "directory_holder.h"
#include "dsse.h"
#include "hash.h"
#include "limits.h"
#include "manifest.h"
#include "signed.h"

static struct sluis_bytes
payload_of(const Sluis__Signed *act)
{
	return sluis_of(act->payload_bytes);
}

/* An act for another federation says nothing here, whoever signed it (PROTOCOL 3.3). */
static enum sluis_err
check_federation(const struct job *job, ProtobufCBinaryData named)
{
	const struct sluis_hash ours =
	    sluis_directory_federation(directory_snapshot_of(job->snapshot));

	return sluis_bytes_equal(sluis_of(named), sluis_hash_bytes(&ours)) ? SLUIS_OK : SLUIS_EFORMAT;
}

/* An act names its own signer (PROTOCOL 3.4): whoever reads it later finds the key by that name. */
static enum sluis_err
check_signer(const struct job *job, ProtobufCBinaryData named)
{
	return sluis_bytes_equal(sluis_of(named), sluis_hash_bytes(&job->member->record_hash)) ? SLUIS_OK :
												  SLUIS_ESIGNATURE;
}

/* A member's act: one signature, by the record of the member whose connection this is (PROTOCOL 3.4). */
static enum sluis_err
verify_member_act(struct job *job, const Sluis__Signed *act, enum sluis_signed_type type,
    const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *payload = NULL;

	job->act_hash = sluis_hash(payload_of(act));
	if (job->member == NULL)
		return SLUIS_ESIGNATURE;
	SLUIS_TRY(sluis_signed_verify_member(act, type, &job->member->record_hash,
	    &job->member->sign_key));
	SLUIS_TRY(sluis_codec_unpack(descriptor, payload_of(act), SLUIS_KEYS_ENTRY_MAX_BYTES,
	    job->arena, &payload));
	job->act = payload;
	return SLUIS_OK;
}

/* Registrars' acts may carry k signatures; the directory counts them. Here: strict bytes. */
static enum sluis_err
open_keys_act(struct job *job, const Sluis__Signed *act, const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *payload = NULL;

	job->act_hash = sluis_hash(payload_of(act));
	SLUIS_TRY(sluis_codec_unpack(descriptor, payload_of(act), SLUIS_KEYS_ENTRY_MAX_BYTES,
	    job->arena, &payload));
	job->act = payload;
	return SLUIS_OK;
}

static enum sluis_err
verify_batch(const struct job *job, const Sluis__Signed *batch, enum sluis_batch_kind kind)
{
	const struct sluis_hash signer = sluis_manifest_signer(batch);

	if (job->member == NULL || !sluis_hash_equal(&signer, &job->member->record_hash))
		return SLUIS_ESIGNATURE;
	return sluis_manifest_verify_signature(batch, kind, &job->member->sign_key);
}

static enum sluis_err
verify_intent(struct job *job, const Sluis__Intent *intent)
{
	job->act_hash = sluis_hash(sluis_of(intent->manifest_bytes));
	SLUIS_TRY(verify_batch(job, intent->batch, SLUIS_BATCH_INTENT));
	SLUIS_TRY(sluis_manifest_open_intent(intent, job->arena, &job->manifest));
	return check_federation(job, job->manifest.m->federation_hash);
}

static enum sluis_err
verify_push(struct job *job, const Sluis__Push *push)
{
	job->act_hash = sluis_hash(sluis_of(push->manifest_bytes));
	SLUIS_TRY(verify_batch(job, push->batch, SLUIS_BATCH_PUSH));
	SLUIS_TRY(sluis_manifest_open_push(push, job->arena, &job->manifest));
	SLUIS_TRY(check_federation(job, job->manifest.m->federation_hash));
	return sluis_manifest_check_body(&job->manifest, job->body);
}

static enum sluis_err
verify_grant(struct job *job)
{
	SLUIS_TRY(verify_member_act(job, job->ask->grant, SLUIS_SIGNED_GRANT, &sluis__grant__descriptor));
	SLUIS_TRY(check_signer(job, ((const Sluis__Grant *)job->act)->record_hash));
	return check_federation(job, ((const Sluis__Grant *)job->act)->federation_hash);
}

static enum sluis_err
verify_refusal(struct job *job)
{
	SLUIS_TRY(verify_member_act(job, job->ask->refusal, SLUIS_SIGNED_REFUSAL,
	    &sluis__consent_refusal__descriptor));
	SLUIS_TRY(check_signer(job, ((const Sluis__ConsentRefusal *)job->act)->record_hash));
	return check_federation(job, ((const Sluis__ConsentRefusal *)job->act)->federation_hash);
}

static enum sluis_err
verify_review(struct job *job)
{
	SLUIS_TRY(verify_member_act(job, job->ask->review, SLUIS_SIGNED_REVIEW,
	    &sluis__review_close__descriptor));
	SLUIS_TRY(check_signer(job, ((const Sluis__ReviewClose *)job->act)->record_hash));
	return check_federation(job, ((const Sluis__ReviewClose *)job->act)->federation_hash);
}

static enum sluis_err
verify_inquiry(struct job *job)
{
	const Sluis__InformationRequest *inquiry;

	SLUIS_TRY(verify_member_act(job, job->ask->inquiry, SLUIS_SIGNED_INQUIRY,
	    &sluis__information_request__descriptor));
	inquiry = (const Sluis__InformationRequest *)job->act;
	SLUIS_TRY(check_signer(job, inquiry->record_hash));
	return check_federation(job, inquiry->federation_hash);
}

static enum sluis_err
verify_inquiry_answer(struct job *job)
{
	const Sluis__InformationAnswer *answer;

	SLUIS_TRY(verify_member_act(job, job->ask->inquiry_answer, SLUIS_SIGNED_INQUIRY_ANSWER,
	    &sluis__information_answer__descriptor));
	answer = (const Sluis__InformationAnswer *)job->act;
	SLUIS_TRY(check_signer(job, answer->record_hash));
	return check_federation(job, answer->federation_hash);
}

static enum sluis_err
verify_invite(struct job *job)
{
	SLUIS_TRY(verify_member_act(job, job->ask->invite, SLUIS_SIGNED_INVITE, &sluis__invite__descriptor));
	return check_federation(job, ((const Sluis__Invite *)job->act)->federation_hash);
}

static enum sluis_err
verify_act(struct job *job)
{
	const Sluis__Ask *ask = job->ask;

	if (job->body.len > 0 && ask->act_case != SLUIS__ASK__ACT_PUSH &&
	    ask->act_case != SLUIS__ASK__ACT_POLICY_PUT)
		return SLUIS_EFORMAT;
	switch (ask->act_case) {
	case SLUIS__ASK__ACT_PUSH:
		return verify_push(job, ask->push);
	case SLUIS__ASK__ACT_INTENT:
		return verify_intent(job, ask->intent);
	case SLUIS__ASK__ACT_RECEIPT:
		return verify_member_act(job, ask->receipt, SLUIS_SIGNED_RECEIPT,
		    &sluis__receipt__descriptor);
	case SLUIS__ASK__ACT_CASE_ACT:
		return verify_member_act(job, ask->case_act, SLUIS_SIGNED_CASE,
		    &sluis__case_act__descriptor);
	case SLUIS__ASK__ACT_GRANT:
		return verify_grant(job);
	case SLUIS__ASK__ACT_REFUSAL:
		return verify_refusal(job);
	case SLUIS__ASK__ACT_REVIEW:
		return verify_review(job);
	case SLUIS__ASK__ACT_INQUIRY:
		return verify_inquiry(job);
	case SLUIS__ASK__ACT_INQUIRY_ANSWER:
		return verify_inquiry_answer(job);
	case SLUIS__ASK__ACT_INVITE:
		return verify_invite(job);
	case SLUIS__ASK__ACT_ENROL:
		return open_keys_act(job, ask->enrol->record, &sluis__record__descriptor);
	case SLUIS__ASK__ACT_APPROVE:
		return open_keys_act(job, ask->approve->approval, &sluis__approval__descriptor);
	case SLUIS__ASK__ACT_SUSPENSION:
		return open_keys_act(job, ask->suspension, &sluis__suspension__descriptor);
	case SLUIS__ASK__ACT_POLICY_PUT:
		return open_keys_act(job, ask->policy_put->policy,
		    &sluis__policy_version__descriptor);
	case SLUIS__ASK__ACT_HELLO:
	case SLUIS__ASK__ACT_FETCH:
	case SLUIS__ASK__ACT_INBOX:
	case SLUIS__ASK__ACT_STATUS:
	case SLUIS__ASK__ACT_KEYS:
	case SLUIS__ASK__ACT_POLICY:
	case SLUIS__ASK__ACT_CASES:
	case SLUIS__ASK__ACT_CASE:
	case SLUIS__ASK__ACT_GRANTS:
	case SLUIS__ASK__ACT_REVIEWS:
	case SLUIS__ASK__ACT_INQUIRIES:
	case SLUIS__ASK__ACT_RESENDS:
	case SLUIS__ASK__ACT_PENDING:
	case SLUIS__ASK__ACT_EVENTS:
	case SLUIS__ASK__ACT_LEAVES:
	case SLUIS__ASK__ACT_PROOF:
		return SLUIS_OK;
	case SLUIS__ASK__ACT_CHUNK:
	case SLUIS__ASK__ACT_WITHDRAWAL:
	case SLUIS__ASK__ACT_VOID_NUMBER:
	case SLUIS__ASK__ACT_GUEST:
	case SLUIS__ASK__ACT_COSIGNATURE:
	case SLUIS__ASK__ACT_NONCE:
		return SLUIS_EVERSION; /* specified, not served by this release */
	case SLUIS__ASK__ACT__NOT_SET:
	case _SLUIS__ASK__ACT__CASE_IS_INT_SIZE:
		break;
	}
	return SLUIS_EFORMAT;
}

static enum sluis_err
verify_frame(struct job *job)
{
	const struct sluis_directory *directory =
	    job->snapshot == NULL ? NULL : directory_snapshot_of(job->snapshot);
	Sluis__Ask *ask = NULL;
	job->act_hash = sluis_hash(job->frame);
	SLUIS_TRY(SLUIS_UNPACK(ask, Ask, job->frame, SLUIS_FRAME_MAX_BYTES, job->arena, &ask));
	job->ask = ask;
	if (directory == NULL)
		return SLUIS_EBUSY;
	job->member = sluis_directory_member_by_curve(directory, &job->peer.curve_key);
	SLUIS_TRY(check_federation(job, ask->federation_hash));
	return verify_act(job);
}

void
intake_verify(struct job *job, int64_t now_ms)
{
	(void)now_ms;
	job->verified = verify_frame(job);
}
