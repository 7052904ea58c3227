/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * expiry - what ends soon: the organisation's certificate and a member's record, warned of 60, 30 and 7 days ahead.
 *
 * An organisation's own members are warned, by `whoami`, `doctor` and once a day by any other command; registrars see all
 * organisations in `registry pending` and `directory`; the broker writes it into its log.
 */
#ifndef SLUIS_CLI_EXPIRY_H
#define SLUIS_CLI_EXPIRY_H

#include "cli.h"

enum expiry_level { EXPIRY_NONE, EXPIRY_60_DAYS, EXPIRY_30_DAYS, EXPIRY_7_DAYS, EXPIRY_ENDED };

/** expiry_level(until_ms, now_ms): how near the end is; ${until_ms} is the first moment after it. */
enum expiry_level expiry_level(int64_t until_ms, int64_t now_ms);
/** expiry_days(until_ms, now_ms): whole days left; 0 on the last, and after the end. */
int expiry_days(int64_t until_ms, int64_t now_ms);

/** expiry_of_certificate / _of_record: of this session's own member; 0: there is none yet. */
int64_t expiry_of_certificate(const struct sluis_session *session);
int64_t expiry_of_record(const struct sluis_session *session);

/** expiry_text(is_certificate, until_ms, now_ms, ret): a sentence for people; empty where nothing ends soon. */
void expiry_text(bool is_certificate, int64_t until_ms, int64_t now_ms, char ret[static 160]);

/** expiry_remind(session): the sentences as hints on stderr, at most once a day; the day is kept in the profile, "reminded". */
void expiry_remind(struct sluis_session *session);
/** expiry_of_others(cli, session): hints about every organisation of the federation; for registrars. */
void expiry_of_others(const struct sluis_session *session);

#endif
