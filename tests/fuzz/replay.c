/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * replay - the main() of a fuzz target without a fuzzer: every file of the folders given, once.
 *
 * Each input lies at the very end of its allocation, so that a sanitizer sees a read beyond.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "fuzz.h"

enum { INPUT_MAX_BYTES = 1024 * 1024 };

static int
trouble(const char *path, const char *what)
{
	fprintf(stderr, "replay: %s: %s\n", path, what);
	return -1;
}

static int
replay_file(const char *path)
{
	static uint8_t buffer[INPUT_MAX_BYTES];
	FILE *file = fopen(path, "r");
	uint8_t *exact;
	size_t len;

	if (file == NULL)
		return trouble(path, strerror(errno));
	len = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	exact = malloc(len > 0 ? len : 1);
	if (exact == NULL)
		return trouble(path, "no memory");
	memcpy(exact, buffer, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

/* The number of files, or -1. */
static int
replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];
	int n = 0;

	if (dir == NULL)
		return trouble(folder, strerror(errno));
	while (n >= 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= sizeof(path))
			n = trouble(entry->d_name, "path too long");
		else
			n = replay_file(path) == 0 ? n + 1 : -1;
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	if (sodium_init() < 0 || argc < 2)
		return trouble(argv[0], "give folders of inputs"), 2;
	for (int i = 1; i < argc; i++) {
		const int n = replay_folder(argv[i]);

		if (n <= 0)
			return n == 0 ? trouble(argv[i], "no input"), 1 : 1;
		printf("%s: %d inputs\n", argv[i], n);
	}
	return 0;
}
