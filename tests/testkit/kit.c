/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INDEX_MAX_BYTES = 4 * 1024 * 1024 };

void
kit_pass(struct kit_count *count)
{
	count->passed++;
}

void
kit_fail(struct kit_count *count, const char *vector, const char *format, ...)
{
	va_list args;

	count->failed++;
	printf("FAIL %s: ", vector);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void
kit_check(struct kit_count *count, bool ok, const char *vector, const char *why)
{
	if (ok)
		kit_pass(count);
	else
		kit_fail(count, vector, "%s", why);
}

void
kit_skip(size_t n, const char *what, const char *why)
{
	if (n > 0)
		printf("skipped %zu %s: %s\n", n, what, why);
}

int
kit_trouble(const char *path, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "sluis-testkit: %s: ", path);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

/* Reads to the end whatever the size says, so that pipes work too; a byte over the limit is the error. */
static int
read_all(const char *path, int fd, size_t max_bytes, struct kit_file *ret)
{
	size_t cap = 0, len = 0;
	uint8_t *data = NULL;

	for (;;) {
		ssize_t n;

		if (len + 1 >= cap) {
			uint8_t *more = realloc(data, cap = cap == 0 ? 64 * 1024 : 2 * cap);

			if (more == NULL) {
				free(data);
				return kit_trouble(path, "no memory");
			}
			data = more;
		}
		n = read(fd, data + len, cap - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (size_t)n > max_bytes - len) {
			free(data);
			return kit_trouble(path, "%s", n < 0 ? strerror(errno) : "larger than any vector");
		}
		if (n == 0)
			break;
		len += (size_t)n;
	}
	data[len] = 0;
	*ret = (struct kit_file){ .data = data, .len = len };
	return 0;
}

int
kit_read(const char *path, size_t max_bytes, struct kit_file *ret)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return kit_trouble(path, "%s", strerror(errno));
	rc = read_all(path, fd, max_bytes, ret);
	close(fd);
	return rc;
}

void
kit_file_done(struct kit_file *file)
{
	free(file->data);
	*file = (struct kit_file){ 0 };
}

bool
kit_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
call(const char *dir, const char *name, kit_each_fn fn, void *context)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return kit_trouble(name, "path too long");
	return fn(path, name, context);
}

static int
each_of_index(const char *dir, const char *index_path, kit_each_fn fn, void *context)
{
	struct kit_file index;
	char *line, *save = NULL;
	int rc = 0;

	if (kit_read(index_path, INDEX_MAX_BYTES, &index) != 0)
		return -1;
	line = strtok_r((char *)index.data, "\n", &save);
	while (rc == 0 && line != NULL && (line = strtok_r(NULL, "\n", &save)) != NULL) {
		line[strcspn(line, "\t\r")] = '\0';
		if (line[0] == '.' || strchr(line, '/') != NULL)
			rc = kit_trouble(index_path, "\"%s\" is not the name of a file here", line);
		else
			rc = call(dir, line, fn, context);
	}
	kit_file_done(&index);
	return rc;
}

static int
is_vector(const struct dirent *entry)
{
	const char *name = entry->d_name;
	const size_t len = strlen(name);
	static const char *const ENDINGS[] = { "README.md", "INDEX.tsv", "SHA256SUMS", "LICENSE" };

	if (name[0] == '.' || strncmp(name, "README", 6) == 0)
		return 0;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ENDINGS); i++) {
		const size_t n = strlen(ENDINGS[i]);

		if (len >= n && strcmp(name + len - n, ENDINGS[i]) == 0)
			return 0;
	}
	return 1;
}

static int
each_of_folder(const char *dir, kit_each_fn fn, void *context)
{
	struct dirent **entries;
	const int n = scandir(dir, &entries, is_vector, alphasort);
	int rc = 0;

	if (n < 0)
		return kit_trouble(dir, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (rc == 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			rc = call(dir, entries[i]->d_name, fn, context);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int
kit_each(const char *dir, bool index, kit_each_fn fn, void *context)
{
	char index_path[PATH_MAX];

	if ((size_t)snprintf(index_path, sizeof(index_path), "%s/INDEX.tsv", dir) >= sizeof(index_path))
		return kit_trouble(dir, "path too long");
	if (index && access(index_path, R_OK) == 0)
		return each_of_index(dir, index_path, fn, context);
	return each_of_folder(dir, fn, context);
}
