/* SPDX-License-Identifier: EUPL-1.2 */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commit/commit.h"
#include "keyfile.h"
#include "policy.h"

/** Where a mistake is, and how many there were. */
struct place {
	const char *file;
	size_t mistakes;
};

static void
report_early(void *context, size_t line, const char *mistake, const char *remedy)
{
	(void)context;
	fprintf(stderr, "sluisd: error: configuration:%zu: %s; %s\n", line, mistake, remedy);
}

const struct config_reporter check_reporter = { .report = report_early };

static void
report_config(void *context, size_t line, const char *mistake, const char *remedy)
{
	struct place *place = context;

	place->mistakes++;
	printf("%s:%zu: %s; %s\n", place->file, line, mistake, remedy);
}

static void
report_policy(void *context, const struct sluis_policy_mistake *mistake)
{
	struct place *place = context;

	place->mistakes++;
	printf("%s:%zu: %s; %s\n", place->file, mistake->line, mistake->mistake, mistake->remedy);
}

static void
report_commit(void *context, const char *file, const char *mistake)
{
	(void)context;
	printf("%s:0: %s\n", file, mistake);
}

static uint8_t *
read_policy(const char *path, size_t *ret_len)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *data = NULL;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size >= 0 && (size_t)st.st_size <= 2 * SLUIS_POLICY_MAX_BYTES &&
	    (data = malloc((size_t)st.st_size + 1)) != NULL)
		n = read(fd, data, (size_t)st.st_size);
	close(fd);
	if (n < 0) {
		free(data);
		return NULL;
	}
	*ret_len = (size_t)n;
	return data;
}

static bool
check_policy(const char *path)
{
	struct place place = { .file = path };
	const struct sluis_policy_reporter reporter = { .report = report_policy, .context = &place };
	struct sluis_policy *policy = NULL;
	size_t len = 0;
	SLUIS_AUTO(sluis_freep) uint8_t *data = read_policy(path, &len);

	if (data == NULL) {
		printf("%s:0: the policy file cannot be read; name it in the configuration under policy\n", path);
		return false;
	}
	if (sluis_policy_parse(sluis_bytes(data, len), &reporter, &policy) != SLUIS_OK) {
		if (place.mistakes == 0)
			printf("%s:0: the policy cannot be read; compare it with the one that was installed\n", path);
		return false;
	}
	sluis_policy_free(policy);
	return true;
}

int
check_run(const char *path, bool full)
{
	struct place place = { .file = path };
	const struct config_reporter reporter = { .report = report_config, .context = &place };
	const struct commit_reporter commit_reporter = { .report = report_commit };
	struct config config;
	struct sluis_why why = { "" };

	if (config_load(path, &reporter, &config) != SLUIS_OK) {
		if (place.mistakes == 0)
			printf("%s:0: the configuration cannot be read; is the path right?\n", path);
		return 1;
	}
	if (config_check(&config, &why) != SLUIS_OK) {
		printf("%s:0: %s\n", path, why.text);
		return 1;
	}
	if (!check_policy(config.policy))
		return 1;
	return commit_check(&config, full, &commit_reporter) == SLUIS_OK ? 0 : 1;
}

int
check_make_keys(const struct config *config)
{
	struct sluis_public keys[KEYFILE_COUNT];
	struct sluis_why why = { "" };
	char hex[2 * SLUIS_KEY_BYTES + 1];

	if (keyfile_make_all(config->keys, &why, keys) != SLUIS_OK) {
		fprintf(stderr, "sluisd: error: %s\n", why.text);
		return 1;
	}
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		sluis_hex(keys[i].bytes, sizeof(keys[i].bytes), hex);
		printf("%s\"%s\": \"%s\"", i == 0 ? "{" : ", ", keyfile_text((enum keyfile)i), hex);
	}
	puts("}");
	return 0;
}
