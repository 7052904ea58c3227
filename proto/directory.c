/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory.h"

#include <string.h>

#include "directory_internal.h"
#include "hash.h"

static const char *const STANDINGS[] = {
	[SLUIS_STANDING_PENDING] = "pending",
	[SLUIS_STANDING_ACTIVE] = "active",
	[SLUIS_STANDING_SUSPENDED] = "suspended",
	[SLUIS_STANDING_REMOVED] = "removed",
	[SLUIS_STANDING_REPLACED] = "replaced",
};

const char *
sluis_standing_text(enum sluis_standing standing)
{
	return STANDINGS[standing];
}

/* ---- the log ---- */

uint64_t
sluis_directory_size(const struct sluis_directory *directory)
{
	return directory->frontier.size;
}

struct sluis_hash
sluis_directory_root(const struct sluis_directory *directory)
{
	return sluis_merkle_frontier_root(&directory->frontier);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_root_at(const struct sluis_directory *directory, uint64_t size, struct sluis_hash *ret)
{
	if (size > sluis_directory_size(directory))
		return SLUIS_ENOTFOUND;
	if (size == 0)
		*ret = sluis_merkle_empty();
	else
		memcpy(ret, sluis_directory_row(directory, SLUIS_TABLE_ROOTS, (size_t)size - 1),
		    sizeof(*ret));
	return SLUIS_OK;
}

struct sluis_bytes
sluis_directory_entry(const struct sluis_directory *directory, uint64_t index)
{
	struct sluis_directory_entry *const *entry;

	if (index >= sluis_directory_size(directory))
		return sluis_bytes(NULL, 0);
	entry = sluis_directory_row(directory, SLUIS_TABLE_ENTRIES, (size_t)index);
	return (*entry)->bytes;
}

/* ---- the federation ---- */

const struct sluis_genesis *
sluis_directory_genesis(const struct sluis_directory *directory)
{
	return sluis_directory_size(directory) > 0 ? &directory->genesis : NULL;
}

struct sluis_hash
sluis_directory_federation(const struct sluis_directory *directory)
{
	return directory->genesis.federation;
}

const struct sluis_broker_keys *
sluis_directory_broker(const struct sluis_directory *directory)
{
	return sluis_directory_broker_at(directory, sluis_directory_size(directory));
}

const struct sluis_broker_keys *
sluis_directory_broker_at(const struct sluis_directory *directory, uint64_t size)
{
	const struct sluis_broker_keys *found = NULL;

	for (size_t i = 0; i < sluis_directory_rows(directory, SLUIS_TABLE_BROKERS); i++) {
		const struct sluis_broker_keys *broker =
		    sluis_directory_row(directory, SLUIS_TABLE_BROKERS, i);

		if (broker->entry_index < size)
			found = broker;
	}
	return found;
}

const struct sluis_log_identity *
sluis_directory_exchange_log(const struct sluis_directory *directory)
{
	return sluis_directory_size(directory) > 0 ? &directory->exchange_log : NULL;
}

const struct sluis_continuation *
sluis_directory_continuation(const struct sluis_directory *directory, size_t i)
{
	return i < sluis_directory_rows(directory, SLUIS_TABLE_CONTINUATIONS)
	    ? sluis_directory_row(directory, SLUIS_TABLE_CONTINUATIONS, i)
	    : NULL;
}

struct sluis_registrars
sluis_directory_registrars(const struct sluis_directory *directory)
{
	return directory->registrars;
}

bool
sluis_directory_is_registrar(const struct sluis_directory *directory, struct sluis_bytes handle)
{
	for (size_t i = 0; i < directory->registrars.n; i++) {
		if (sluis_bytes_equal(directory->registrars.handles[i], handle))
			return true;
	}
	return false;
}

const struct sluis_witness *
sluis_directory_witness(const struct sluis_directory *directory, size_t i)
{
	return i < sluis_directory_rows(directory, SLUIS_TABLE_WITNESSES)
	    ? sluis_directory_row(directory, SLUIS_TABLE_WITNESSES, i)
	    : NULL;
}

uint32_t
sluis_directory_witness_quorum(const struct sluis_directory *directory)
{
	return directory->witness_quorum;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_policy_hash(const struct sluis_directory *directory, int64_t at_ms,
    struct sluis_hash *ret)
{
	if (sluis_directory_size(directory) == 0)
		return SLUIS_ENOTFOUND;
	/* PROTOCOL 7.3: "The order of entries is the order of effect": what was decided last comes first. */
	for (size_t i = sluis_directory_rows(directory, SLUIS_TABLE_POLICIES); i > 0; i--) {
		const struct sluis_directory_policy *policy =
		    sluis_directory_row(directory, SLUIS_TABLE_POLICIES, i - 1);

		if (policy->starts_ms <= at_ms) {
			*ret = policy->policy_hash;
			return SLUIS_OK;
		}
	}
	*ret = directory->genesis.policy_hash;
	return SLUIS_OK;
}

bool
sluis_directory_policy_held(const struct sluis_directory *directory, uint64_t size,
    const struct sluis_hash *hash, int64_t from_ms, int64_t until_ms)
{
	int64_t end_ms = until_ms; /* of what a version held by: until one behind it in the log began */

	for (size_t i = sluis_directory_rows(directory, SLUIS_TABLE_POLICIES); i > 0; i--) {
		const struct sluis_directory_policy *policy =
		    sluis_directory_row(directory, SLUIS_TABLE_POLICIES, i - 1);

		if (policy->entry_index >= size)
			continue;
		if (sluis_hash_equal(&policy->policy_hash, hash) && from_ms <= end_ms &&
		    policy->starts_ms <= end_ms)
			return true;
		if (policy->starts_ms <= end_ms)
			end_ms = policy->starts_ms - 1;
	}
	return size > 0 && sluis_directory_size(directory) > 0 && from_ms <= end_ms &&
	    sluis_hash_equal(&directory->genesis.policy_hash, hash);
}

/* ---- members ---- */

struct sluis_member *
sluis_directory_member_row(const struct sluis_directory *directory, size_t i)
{
	return sluis_directory_row(directory, SLUIS_TABLE_MEMBERS, i);
}

struct sluis_directory_holder *
sluis_directory_member_holder(const struct sluis_directory *directory, struct sluis_bytes handle)
{
	uint32_t i;

	if (!sluis_directory_find(directory, SLUIS_INDEX_MEMBER, handle, &i))
		return NULL;
	return sluis_directory_row(directory, SLUIS_TABLE_MEMBER_HOLDERS, i);
}

const struct sluis_member *
sluis_directory_member(const struct sluis_directory *directory, struct sluis_bytes handle)
{
	const struct sluis_directory_holder *holder = sluis_directory_member_holder(directory, handle);

	if (holder == NULL)
		return NULL;
	return sluis_directory_member_row(directory,
	    (holder->current != 0 ? holder->current : holder->pending) - 1);
}

static const struct sluis_member *
member_by(const struct sluis_directory *directory, enum sluis_directory_index index, const void *key)
{
	uint32_t i;

	if (!sluis_directory_find(directory, index, sluis_bytes(key, SLUIS_HASH_BYTES), &i))
		return NULL;
	return sluis_directory_member_row(directory, i);
}

const struct sluis_member *
sluis_directory_member_by_record(const struct sluis_directory *directory,
    const struct sluis_hash *record_hash)
{
	return member_by(directory, SLUIS_INDEX_RECORD, record_hash->bytes);
}

const struct sluis_member *
sluis_directory_member_by_curve(const struct sluis_directory *directory, const struct sluis_public *key)
{
	return member_by(directory, SLUIS_INDEX_CURVE, key->bytes);
}

const struct sluis_member *
sluis_directory_next_member(const struct sluis_directory *directory, size_t *cursor, unsigned standings)
{
	while (*cursor < sluis_directory_rows(directory, SLUIS_TABLE_MEMBERS)) {
		const struct sluis_member *member = sluis_directory_member_row(directory, *cursor);

		++*cursor;
		if ((SLUIS_STANDING_BIT(member->state) & standings) != 0)
			return member;
	}
	return NULL;
}

bool
sluis_member_has_role(const struct sluis_member *member, struct sluis_bytes role)
{
	for (size_t i = 0; i < member->n_roles; i++) {
		if (sluis_bytes_equal(member->roles[i], role))
			return true;
	}
	return false;
}

const struct sluis_recipient *
sluis_member_recipient_at(const struct sluis_member *member, int64_t at_ms)
{
	for (size_t i = member->n_recipients; i > 0; i--) {
		const struct sluis_recipient *recipient = &member->recipients[i - 1];

		if (at_ms >= recipient->from_ms && at_ms < recipient->until_ms)
			return recipient;
	}
	return NULL;
}

const struct sluis_recipient *
sluis_member_recipient(const struct sluis_member *member, uint32_t epoch)
{
	for (size_t i = 0; i < member->n_recipients; i++) {
		if (member->recipients[i].epoch == epoch)
			return &member->recipients[i];
	}
	return NULL;
}

/* ---- organisations ---- */

struct sluis_organisation *
sluis_directory_organisation_row(const struct sluis_directory *directory, size_t i)
{
	return sluis_directory_row(directory, SLUIS_TABLE_ORGANISATIONS, i);
}

struct sluis_directory_holder *
sluis_directory_organisation_holder(const struct sluis_directory *directory, struct sluis_bytes handle)
{
	uint32_t i;

	if (!sluis_directory_find(directory, SLUIS_INDEX_ORGANISATION, handle, &i))
		return NULL;
	return sluis_directory_row(directory, SLUIS_TABLE_ORGANISATION_HOLDERS, i);
}

const struct sluis_organisation *
sluis_directory_organisation(const struct sluis_directory *directory, struct sluis_bytes handle)
{
	const struct sluis_directory_holder *holder =
	    sluis_directory_organisation_holder(directory, handle);

	if (holder == NULL)
		return NULL;
	return sluis_directory_organisation_row(directory,
	    (holder->current != 0 ? holder->current : holder->pending) - 1);
}

const struct sluis_organisation *
sluis_directory_organisation_by_hash(const struct sluis_directory *directory,
    const struct sluis_hash *payload_hash)
{
	uint32_t i;

	if (!sluis_directory_find(directory, SLUIS_INDEX_PAYLOAD,
	        sluis_bytes(payload_hash->bytes, sizeof(payload_hash->bytes)), &i))
		return NULL;
	return sluis_directory_organisation_row(directory, i);
}

const struct sluis_organisation *
sluis_directory_next_organisation(const struct sluis_directory *directory, size_t *cursor,
    unsigned standings)
{
	while (*cursor < sluis_directory_rows(directory, SLUIS_TABLE_ORGANISATIONS)) {
		const struct sluis_organisation *organisation =
		    sluis_directory_organisation_row(directory, *cursor);

		++*cursor;
		if ((SLUIS_STANDING_BIT(organisation->state) & standings) != 0)
			return organisation;
	}
	return NULL;
}

const struct sluis_guest *
sluis_directory_guest(const struct sluis_directory *directory, const struct sluis_hash *commitment)
{
	uint32_t i;

	if (!sluis_directory_find(directory, SLUIS_INDEX_GUEST,
	        sluis_bytes(commitment->bytes, sizeof(commitment->bytes)), &i))
		return NULL;
	return sluis_directory_row(directory, SLUIS_TABLE_GUESTS, i);
}
