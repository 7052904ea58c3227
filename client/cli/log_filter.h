/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * log_filter - which entries of the exchange log are asked for. What a member may not read was never sent to it.
 */
#ifndef SLUIS_CLI_LOG_FILTER_H
#define SLUIS_CLI_LOG_FILTER_H

#include "cli.h"
#include "event.h"

#define LOG_FILTER_SYNOPSIS                                                                                   \
	"[--case CASE] [--member HANDLE] [--organisation ORG] [--category C] [--ground G] [--purpose P] [--type T] " \
	"[--outcome permit|refuse|note] [--from DATE] [--until DATE]"

struct log_filter {
	const char *case_text; /* these are words as typed; NULL: not asked */
	const char *member;
	const char *organisation;
	const char *category;
	const char *ground;
	const char *purpose;
	const char *type;
	const char *outcome;
	const char *from;
	const char *until;
	struct sluis_id case_id;
	struct sluis_bytes category_code, ground_code, purpose_code;
	int64_t from_ms;
	int64_t until_ms;
};

/** log_filter_read(session, argv, ret, failure): the words above. Labels do for codes. SLUIS_EUSAGE, SLUIS_EREFUSED not-found (the case). */
SLUIS_MUST_CHECK enum sluis_err log_filter_read(struct sluis_session *session, char **argv, struct log_filter *ret,
    struct sluis_failure *failure);

/** log_filter_case(filter): the case asked for, NULL: all. */
const struct sluis_id *log_filter_case(const struct log_filter *filter);

/** log_filter_has(filter, event): the entry is asked for. */
bool log_filter_has(const struct log_filter *filter, const Sluis__Event *event);

#endif
