/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cli - what every command shares: global options, arguments, output for people or for scripts.
 *
 * Data goes to stdout, words to stderr; with --json one object or array on stdout, also for errors (design 10).
 */
#ifndef SLUIS_CLI_H
#define SLUIS_CLI_H

#include <jansson.h>

#include "cases.h"
#include "failure.h"
#include "grants.h"
#include "session.h"

enum { CLI_LIST_MAX = 64 };

/** One passphrase to ask for: ${context} of cli_ask(). */
struct cli_asking {
	const char *file; /* NULL: the terminal is asked */
	const char *prompt;
	const char *prompt_new; /* asked twice */
};

struct cli {
	char profile[SLUIS_PATH_MAX];
	bool json;
	bool is_reminded; /* of what ends soon: not again in this run */
	enum sluis_lang lang;
	const char *passphrase_file; /* NULL: a terminal is asked */
	struct cli_asking asking;
	struct sluis_passphrase passphrase;
};

/** Words given several times. */
struct cli_list {
	const char *words[CLI_LIST_MAX];
	size_t n;
};

enum cli_kind { CLI_FLAG, CLI_VALUE, CLI_LIST };

/** One option of a command: ${target} is a bool, a const char pointer or a struct cli_list, by ${kind}. */
struct cli_option {
	const char *name; /* "--to" */
	enum cli_kind kind;
	void *target;
};

/** cli_parse: options anywhere, other words into ${ret_words}. SLUIS_EUSAGE for what is not known. */
SLUIS_MUST_CHECK enum sluis_err cli_parse(char **argv, const struct cli_option *options, size_t n,
    struct cli_list *ret_words, struct sluis_failure *failure);

/** cli_usage(failure, synopsis): SLUIS_EUSAGE with how the command is called. */
enum sluis_err cli_usage(struct sluis_failure *failure, const char *synopsis);

/** cli_emit(cli, json): print ${json} (taken) when scripts listen; else drop it. */
void cli_emit(const struct cli *cli, json_t *json);

/** cli_say(cli, format, ...): a line of data for people on stdout; nothing with --json. */
void cli_say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cli_note(format, ...): words for people on stderr. */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cli_fail(cli, failure): print error, hint, evidence; returns the exit code. */
int cli_fail(const struct cli *cli, const struct sluis_failure *failure);

/** cli_open / cli_open_offline: a session of this profile. */
SLUIS_MUST_CHECK enum sluis_err cli_open(struct cli *cli, struct sluis_session **ret,
    struct sluis_failure *failure);
SLUIS_MUST_CHECK enum sluis_err cli_open_offline(struct cli *cli, struct sluis_session **ret,
    struct sluis_failure *failure);

/** cli_ask: the ask of a struct sluis_passphrase whose context is a struct cli_asking. The file must be closed to others. */
size_t cli_ask(void *context, bool is_new, char *ret, size_t cap);

/** cli_passphrase(cli): asks the terminal, or reads --passphrase-file. */
const struct sluis_passphrase *cli_passphrase(struct cli *cli);

/** cli_read(path, max, failure, ret): a whole file on the heap ("-" is standard input). Free ret->data. */
SLUIS_MUST_CHECK enum sluis_err cli_read(const char *path, size_t max, struct sluis_failure *failure,
    struct sluis_bytes *ret);
void cli_bytes_free(struct sluis_bytes *bytes); /* wipes; for SLUIS_AUTO */

/** cli_date(text, ret_ms): YYYY-MM-DD, the END of that day in UTC: until 2026-06-30 includes it. SLUIS_EUSAGE. */
SLUIS_MUST_CHECK enum sluis_err cli_date(const char *text, int64_t *ret_ms, struct sluis_failure *failure);
/** cli_day(text, ret_ms): the start of the day in UTC. */
SLUIS_MUST_CHECK enum sluis_err cli_day(const char *text, int64_t *ret_ms, struct sluis_failure *failure);

/** cli_time(ms, ret): RFC 3339 UTC. */
const char *cli_time(int64_t ms, char ret[static 32]);
/** cli_label: for people, of a code, in the language. */
const char *cli_label(const struct sluis_session *session, enum sluis_policy_kind kind,
    struct sluis_bytes code, char ret[static 128]);

json_t *cli_json_code(struct sluis_bytes code);
json_t *cli_json_id(const uint8_t id[static SLUIS_ID_BYTES]);

/* An id in full, or a unique prefix of at least 6 digits among what this member may see. */
SLUIS_MUST_CHECK enum sluis_err cli_case_id(struct sluis_session *session, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure);
SLUIS_MUST_CHECK enum sluis_err cli_grant_id(struct sluis_session *session, const struct sluis_id *case_id,
    const char *text, struct sluis_id *ret, struct sluis_failure *failure);
SLUIS_MUST_CHECK enum sluis_err cli_message_id(struct sluis_session *session, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure);

/** A command: its words after its own name, ended by NULL. */
typedef enum sluis_err (*cli_command)(struct cli *cli, char **argv, struct sluis_failure *failure);

enum sluis_err cmd_init(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_enrol(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_whoami(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_doctor(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_directory(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_profile(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_keys(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_org(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_registry(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_case(struct cli *cli, char **argv, struct sluis_failure *failure);
/* part of cmd_case, in a file of its own */
enum sluis_err cmd_case_due(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);
enum sluis_err cmd_grant(struct cli *cli, char **argv, struct sluis_failure *failure);
/* part of cmd_grant, in a file of its own */
enum sluis_err cmd_grant_list(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);
enum sluis_err cmd_grant_refuse(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);
enum sluis_err cmd_review(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_grant_letter(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);
enum sluis_err cmd_push(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_template(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_explain(struct cli *cli, char **argv, struct sluis_failure *failure);
/* part of cmd_explain, in a file of its own */
enum sluis_err cmd_explain_ground(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);
enum sluis_err cmd_inbox(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_pull(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_dossier(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_wipe(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_status(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_request(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_sent(struct cli *cli, char **argv, struct sluis_failure *failure);
enum sluis_err cmd_log_summary(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);
enum sluis_err cmd_log(struct cli *cli, char **argv, struct sluis_failure *failure);

#endif
