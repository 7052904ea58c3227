/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * request - what a new member hands to its organisation: public keys, and what it asks to be; a JSON file.
 *
 * The organisation signs a record from it (org issue); the member adds its own signature and hands that in (enrol).
 */
#ifndef SLUIS_CLI_REQUEST_H
#define SLUIS_CLI_REQUEST_H

#include "cli.h"

struct request {
	struct sluis_hash federation;
	struct sluis_hash agreement;
	char handle[SLUIS_HANDLE_MAX + 1];
	char organisation[SLUIS_HANDLE_MAX + 1];
	struct sluis_public sign_key;
	struct sluis_public curve_key;
	struct sluis_recipient recipients[SLUIS_PROFILE_EPOCHS_MAX];
	size_t n_recipients;
};

/** request_of(session, ret): of this profile. */
void request_of(const struct sluis_session *session, struct request *ret);
char *request_text(const struct request *request); /* heap; NULL without memory */
SLUIS_MUST_CHECK enum sluis_err request_parse(struct sluis_bytes file, struct request *ret);

/** The public halves of this profile's age keys. */
size_t request_recipients(const struct sluis_profile_keys *keys,
    struct sluis_recipient ret[static SLUIS_PROFILE_EPOCHS_MAX]);

/* JSON helpers shared with invites */
json_t *request_hex(const uint8_t *bytes, size_t len);
SLUIS_MUST_CHECK enum sluis_err request_get_hex(const json_t *object, const char *key, uint8_t *ret, size_t len);
SLUIS_MUST_CHECK enum sluis_err request_get_text(const json_t *object, const char *key, char *ret, size_t cap);

#endif
