/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "policy_tree.h"

enum type { TYPE_FOLDER, TYPE_FILE, TYPE_ENDPOINT, TYPE_NUMBER };

/* clang-format off */
static const struct setting {
	const char *key;
	enum type type;
	size_t offset;
	const char *preset; /* as it would stand in the file; NULL: must be given */
	const char *sample; /* for one that must be given */
	int64_t min, max;   /* of numbers */
	bool reloadable;    /* what it names is read again at SIGHUP */
	const char *help;
} SETTINGS[] = {
	{ "store",    TYPE_FOLDER,   offsetof(struct config, store),    NULL, "/var/lib/sluisd/store", 0, 0, false,
	  "folder of the database and its key ring; only the daemon's user may read it" },
	{ "keys",     TYPE_FOLDER,   offsetof(struct config, keys),     NULL, "/var/lib/sluisd/keys", 0, 0, false,
	  "folder of curve.key, curve-next.key, exchange.key, keys.key, decision.key (0600): sluisd --make-keys" },
	{ "genesis",  TYPE_FILE,     offsetof(struct config, genesis),  NULL, "genesis.bin", 0, 0, false,
	  "entry 0 of the keys log; taken into the store at the first start" },
	{ "policy",   TYPE_FILE,     offsetof(struct config, policy),   NULL, "policy.yaml", 0, 0, true,
	  "policy file; only the version that the registrars signed is taken" },
	{ "crl",      TYPE_FOLDER,   offsetof(struct config, crl),      "", NULL, 0, 0, true,
	  "folder of revocation lists of the organisations' certificates (DER); empty: none are looked at" },
	{ "listen",   TYPE_ENDPOINT, offsetof(struct config, listen),   "tcp://127.0.0.1:5561", NULL, 0, 0, false,
	  "address and port; where systemd hands over the socket, sluisd.socket decides" },
	{ "workers",  TYPE_NUMBER,   offsetof(struct config, workers),  "0", NULL, 0, 64, false,
	  "threads that verify signatures; 0: one for each core" },
	{ "sessions", TYPE_NUMBER,   offsetof(struct config, sessions), "1024", NULL, 16, 65536, false,
	  "connections at the same time; above three quarters of it only members are let in" },
};
/* clang-format on */

enum { SETTING_COUNT = SLUIS_ARRAY_LEN(SETTINGS), TEXT_BYTES = 256, ARENA_BYTES = 16 * CONFIG_MAX_BYTES };

/* What one reading of a file knows. */
struct reading {
	const struct config_reporter *reporter;
	struct config config;
	bool is_given[SETTING_COUNT];
	bool has_mistakes;
};

static void
mistake(struct reading *r, size_t line, const char *text, const char *remedy)
{
	r->has_mistakes = true;
	if (r->reporter != NULL)
		r->reporter->report(r->reporter->context, line, text, remedy);
}

static char *
text_of(struct config *config, const struct setting *setting)
{
	return (char *)config + setting->offset;
}

static bool
number_of(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	char *end = NULL;
	long long value;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

static void
set_number(struct reading *r, const struct setting *setting, const char *text, size_t line)
{
	char said[TEXT_BYTES], remedy[TEXT_BYTES];
	int64_t value;

	if (number_of(text, setting->min, setting->max, &value)) {
		memcpy((char *)&r->config + setting->offset, &value, sizeof(value));
		return;
	}
	snprintf(said, sizeof(said), "`%s` is no number for `%s`", text, setting->key);
	snprintf(remedy, sizeof(remedy), "write a whole number from %lld to %lld", (long long)setting->min,
	    (long long)setting->max);
	mistake(r, line, said, remedy);
}

static bool
endpoint_is_valid(const char *text)
{
	const char *colon = strrchr(text, ':');
	int64_t port;

	if (strncmp(text, "tcp://", 6) != 0 || colon <= text + 6)
		return false;
	return number_of(colon + 1, 0, 65535, &port);
}

static void
set_text(struct reading *r, const struct setting *setting, const char *text, size_t line)
{
	char said[TEXT_BYTES];
	const bool optional = setting->preset != NULL && setting->preset[0] == '\0';

	if (setting->type == TYPE_ENDPOINT && !endpoint_is_valid(text)) {
		snprintf(said, sizeof(said), "`%s` is no endpoint", text);
		mistake(r, line, said, "write tcp://ADDRESS:PORT");
		return;
	}
	if (strlen(text) >= CONFIG_PATH_MAX || (text[0] == '\0' && !optional)) {
		snprintf(said, sizeof(said), "`%s` is empty or too long", setting->key);
		mistake(r, line, said, setting->help);
		return;
	}
	strcpy(text_of(&r->config, setting), text);
}

static void
set(struct reading *r, const struct setting *setting, const char *text, size_t line)
{
	switch (setting->type) {
	case TYPE_NUMBER:
		set_number(r, setting, text, line);
		break;
	case TYPE_FOLDER:
	case TYPE_FILE:
	case TYPE_ENDPOINT:
		set_text(r, setting, text, line);
		break;
	}
}

static const struct setting *
find(struct reading *r, const char *key, size_t line)
{
	char said[TEXT_BYTES], remedy[TEXT_BYTES] = "keys are";

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(SETTINGS[i].key, key) == 0) {
			r->is_given[i] = true;
			return &SETTINGS[i];
		}
	}
	for (size_t i = 0; i < SETTING_COUNT; i++)
		strcat(strcat(remedy, i == 0 ? " " : ", "), SETTINGS[i].key);
	snprintf(said, sizeof(said), "unknown key `%.64s`", key);
	mistake(r, line, said, remedy);
	return NULL;
}

/* One `key: value` line; the tree has already refused anything but scalars, lists and maps. */
static void
read_pair(struct reading *r, const struct sluis_tree_node *node, struct sluis_arena *arena)
{
	const char *key = sluis_arena_text(arena, node->key);
	const struct setting *setting = key == NULL ? NULL : find(r, key, node->line);
	const char *text = NULL;

	if (setting == NULL)
		return;
	if (node->kind == SLUIS_TREE_SCALAR)
		text = sluis_arena_text(arena, node->text);
	if (text == NULL || strlen(text) != node->text.len)
		mistake(r, node->line, "a value here is one word or number", "write `key: value`, without nesting");
	else
		set(r, setting, text, node->line);
}

static void
read_all(struct reading *r, struct sluis_bytes yaml, struct sluis_arena *arena)
{
	struct sluis_tree_mistake bad = { .mistake = NULL };
	struct sluis_tree_node *root = NULL;

	if (sluis_tree_parse(yaml, arena, &bad, &root) != SLUIS_OK) {
		mistake(r, bad.line, bad.mistake != NULL ? bad.mistake : "too large", bad.remedy != NULL ?
		    bad.remedy : "keep settings only");
		return;
	}
	if (root->kind != SLUIS_TREE_MAP) {
		mistake(r, root->line, "not a list of `key: value` lines", "write `key: value` on each line");
		return;
	}
	for (const struct sluis_tree_node *node = root->first; node != NULL; node = node->next)
		read_pair(r, node, arena);
}

static void
preset(struct reading *r)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (SETTINGS[i].preset != NULL)
			set(r, &SETTINGS[i], SETTINGS[i].preset, 0);
	}
}

static void
demand(struct reading *r)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		char said[TEXT_BYTES];

		if (r->is_given[i] || SETTINGS[i].preset != NULL)
			continue;
		snprintf(said, sizeof(said), "`%s` is missing", SETTINGS[i].key);
		mistake(r, 0, said, SETTINGS[i].help);
	}
}

static enum sluis_err
anchor(struct reading *r, const char *folder)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		char *at = text_of(&r->config, &SETTINGS[i]);
		char whole[CONFIG_PATH_MAX];
		int n;

		if (SETTINGS[i].type != TYPE_FOLDER && SETTINGS[i].type != TYPE_FILE)
			continue;
		if (at[0] == '\0' || at[0] == '/')
			continue;
		n = snprintf(whole, sizeof(whole), "%s/%s", folder, at);
		if (n < 0 || (size_t)n >= sizeof(whole)) {
			mistake(r, 0, "a path is too long", "move the folder up");
			return SLUIS_ECONFIG;
		}
		strcpy(at, whole);
	}
	return SLUIS_OK;
}

static enum sluis_err
read_file(const char *path, char **ret, size_t *ret_len)
{
	FILE *f = fopen(path, "re");
	char *text = malloc(CONFIG_MAX_BYTES + 1);
	bool failed;

	if (f == NULL || text == NULL) {
		if (f != NULL)
			fclose(f);
		free(text);
		return f == NULL ? SLUIS_EIO : SLUIS_ENOMEM;
	}
	*ret_len = fread(text, 1, CONFIG_MAX_BYTES + 1, f);
	failed = ferror(f) != 0;
	fclose(f);
	if (failed) {
		free(text);
		return SLUIS_EIO;
	}
	*ret = text;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
config_parse(struct sluis_bytes yaml, const struct config_reporter *reporter, struct config *ret)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = NULL;
	struct reading r = { .reporter = reporter };

	if (yaml.len > CONFIG_MAX_BYTES) {
		mistake(&r, 0, "the file is larger than 64 KiB", "keep settings only");
		return SLUIS_ETOOBIG;
	}
	arena = sluis_arena_new(ARENA_BYTES);
	if (arena == NULL)
		return SLUIS_ENOMEM;
	preset(&r);
	read_all(&r, yaml, arena);
	if (!r.has_mistakes)
		demand(&r);
	if (r.has_mistakes)
		return SLUIS_ECONFIG;
	*ret = r.config;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
config_load(const char *path, const struct config_reporter *reporter, struct config *ret)
{
	struct reading r = { .reporter = reporter };
	SLUIS_AUTO(sluis_freep) char *text = NULL;
	SLUIS_AUTO(sluis_freep) char *whole = realpath(path, NULL);
	char folder[CONFIG_PATH_MAX];
	size_t len = 0;

	if (whole == NULL || strlen(whole) >= sizeof(folder) || read_file(whole, &text, &len) != SLUIS_OK) {
		mistake(&r, 0, "the file cannot be read", errno != 0 ? strerror(errno) : "give its path");
		return SLUIS_EIO;
	}
	SLUIS_TRY(config_parse(sluis_bytes(text, len), reporter, &r.config));
	strcpy(r.config.file, whole);
	strcpy(folder, whole);
	*strrchr(folder, '/') = '\0';
	SLUIS_TRY(anchor(&r, folder));
	*ret = r.config;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
config_check(const struct config *config, struct sluis_why *why)
{
	if (strcmp(config->store, config->keys) == 0) {
		snprintf(why->text, sizeof(why->text),
		    "`store` and `keys` are the same folder; keys must not travel with backups of the store");
		return SLUIS_ECONFIG;
	}
	if (access(config->policy, R_OK) != 0) {
		snprintf(why->text, sizeof(why->text), "policy %.120s: %s", config->policy, strerror(errno));
		return SLUIS_ECONFIG;
	}
	if (config->crl[0] != '\0' && access(config->crl, R_OK | X_OK) != 0) {
		snprintf(why->text, sizeof(why->text), "crl %.120s: %s", config->crl, strerror(errno));
		return SLUIS_ECONFIG;
	}
	return SLUIS_OK;
}

size_t
config_workers(const struct config *config)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->workers > 0)
		return (size_t)config->workers;
	return cores > 0 ? (size_t)cores : 1;
}

void
config_print(FILE *out)
{
	fputs("# Settings of sluisd. Paths without a leading / are taken from the folder of this file.\n", out);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = &SETTINGS[i];

		fprintf(out, "\n# %s%s\n", s->help, s->reloadable ? "; read again on SIGHUP" : "");
		if (s->type == TYPE_NUMBER)
			fprintf(out, "# %lld to %lld\n", (long long)s->min, (long long)s->max);
		if (s->preset == NULL)
			fprintf(out, "%s: %s\n", s->key, s->sample);
		else
			fprintf(out, "#%s: %s\n", s->key, s->preset[0] == '\0' ? "''" : s->preset);
	}
}
