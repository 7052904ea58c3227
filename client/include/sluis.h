/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sluis.h - the public interface of libsluis: send, receive and check case files as one member of a federation.
 *
 * Every call checks what the broker says before it believes it: signatures, the keys log from its first entry, both logs'
 * growth, proofs. One client is used by one thread at a time; a profile by one process at a time.
 * All functions return 0, or the exit code of the command line (1 local failure, 2 usage, 3 refused, 4 not reachable or busy:
 * safe to repeat, 5 a proof or signature failed: trust nothing) and then fill ${error}.
 * Ids are 16 bytes. Text is UTF-8. Structs begin with their size, so that they can grow: set it to sizeof.
 */
#ifndef SLUIS_PUBLIC_H
#define SLUIS_PUBLIC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUIS_API __attribute__((visibility("default")))

struct sluis_client; /* opaque */

/** Why a call failed; never holds a name, BSN or content. */
struct sluis_client_error {
	int code;            /* as returned */
	char rule[40];       /* of a refusal: "receiver-not-on-case"; empty else */
	char text[320];      /* what happened */
	char hint[320];      /* what to do next; may be empty */
	char evidence[1024]; /* where evidence was kept (code 5); empty else */
};

struct sluis_client_options {
	size_t size;
	/* Asked for the passphrase of a sealed profile: write at most ${cap} bytes, return their number. NULL: none. */
	size_t (*passphrase)(void *context, char *ret, size_t cap);
	void *context;
};

/**
 * sluis_client_open(profile_dir, options, ret, error):
 * Open the profile folder, contact the broker, bring the keys log and the policy up to date. ${options} may be NULL.
 * Free ${ret} with sluis_client_close().
 */
SLUIS_API int sluis_client_open(const char *profile_dir, const struct sluis_client_options *options,
    struct sluis_client **ret, struct sluis_client_error *error);

/** sluis_client_close(client): NULL is fine. */
SLUIS_API void sluis_client_close(struct sluis_client *client);

struct sluis_client_section {
	size_t size;
	const char *category;   /* code of the policy */
	const char *extension;  /* of the file: "pdf"; may be NULL */
	const uint8_t *data;    /* 1 byte to 512 KiB */
	size_t data_size;
};

struct sluis_client_push {
	size_t size;
	uint8_t case_id[16];
	const char *purpose;
	const char *ground;
	const uint8_t *grant_id; /* 16 bytes, or NULL */
	const char *const *to;   /* HANDLE, role:ROLE, org:HANDLE */
	size_t to_count;
	const struct sluis_client_section *sections;
	size_t section_count;
	const char *const *not_bsn; /* FIELD:OFFSET: what looks like a BSN there is none; recorded; may be NULL */
	size_t not_bsn_count;
};

/**
 * sluis_client_push(client, push, ret_message, error):
 * Look, decide, seal, sign and send; 0 means: accepted, durable, proven in the log. Refused (3) is also what does not fit its
 * category, or may be a BSN where none may stand: the error names field and place, never content. After code 4 the same call sends the same bytes:
 * nothing is sent twice.
 */
SLUIS_API int sluis_client_push(struct sluis_client *client, const struct sluis_client_push *push,
    uint8_t ret_message[16], struct sluis_client_error *error);

struct sluis_client_row {
	size_t size;
	uint8_t message[16];
	uint8_t case_id[16];
	char from[33];
	char purpose[33];
	char state[33]; /* pending, released, acknowledged, rejected, blocked */
	int64_t accepted_ms;
	int64_t expires_ms;
};

/** sluis_client_inbox(client, each, context, error): each message for this member, oldest first; non-zero from ${each} stops. */
SLUIS_API int sluis_client_inbox(struct sluis_client *client,
    int (*each)(void *context, const struct sluis_client_row *row), void *context,
    struct sluis_client_error *error);

/**
 * sluis_client_pull(client, message, out_dir, error):
 * Fetch, verify and open one message into ${out_dir}/MESSAGE (files 0600), whole or not at all; send the receipt.
 */
SLUIS_API int sluis_client_pull(struct sluis_client *client, const uint8_t message[16], const char *out_dir,
    struct sluis_client_error *error);

/** sluis_client_verify(client, ret_entries, error): the whole exchange log hashed anew and held against its signed head. */
SLUIS_API int sluis_client_verify(struct sluis_client *client, uint64_t *ret_entries,
    struct sluis_client_error *error);

/** sluis_version(): "0.1", static. */
SLUIS_API const char *sluis_version(void);

#ifdef __cplusplus
}
#endif

#endif
