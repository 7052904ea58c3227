/* SPDX-License-Identifier: EUPL-1.2 */
#include "reader.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int
become_pdftotext(void)
{
	char *const WORDS[] = { (char[]){ "pdftotext" }, (char[]){ "-q" }, (char[]){ "-enc" }, (char[]){ "UTF-8" },
		(char[]){ "-" }, (char[]){ "-" }, NULL };
	char *const SETTINGS[] = { (char[]){ "LC_ALL=C.UTF-8" }, NULL };

	execve("/usr/bin/pdftotext", WORDS, SETTINGS);
	return READER_NO_TOOL;
}

/* Standard input is a file in memory, made by client/lib/document.c. */
static bool
map_input(struct sluis_bytes *ret)
{
	struct stat st;
	void *at;

	if (fstat(STDIN_FILENO, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 1 ||
	    st.st_size > READER_INPUT_MAX_BYTES)
		return false;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	if (at == MAP_FAILED)
		return false;
	*ret = sluis_bytes(at, (size_t)st.st_size);
	return true;
}

int
main(int argc, char **argv)
{
	const char *kind = argc == 2 ? argv[1] : "";
	struct sluis_bytes file;
	int code;

	if (strcmp(kind, "pdf") == 0)
		return reader_wall(true) ? become_pdftotext() : READER_LOCAL;
	if (strcmp(kind, "docx") != 0 && strcmp(kind, "xml") != 0)
		return 2;
	if (!reader_wall(false) || !map_input(&file))
		return READER_LOCAL;
	code = strcmp(kind, "xml") == 0 ? reader_xml(file) : reader_docx(file);
	if (fflush(stdout) != 0)
		code = READER_LOCAL;
	_exit(code); /* nothing of the libraries runs after this */
}
