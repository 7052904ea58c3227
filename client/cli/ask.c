/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>

#include "cli.h"

enum { PASSPHRASE_MAX = 1024 };

static size_t
read_secret_file(const char *path, char *ret, size_t cap)
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && (st.st_mode & 077) == 0)
		n = read(fd, ret, cap);
	else
		cli_note("sluis: error: %s", _("the passphrase file is open to others; chmod 600"));
	close(fd);
	while (n > 0 && (ret[n - 1] == '\n' || ret[n - 1] == '\r'))
		n--;
	return n < 0 ? 0 : (size_t)n;
}

static size_t
ask_terminal(const char *prompt, char *ret, size_t cap)
{
	FILE *tty = fopen("/dev/tty", "r+");
	struct termios old, quiet;
	size_t n = 0;

	if (tty == NULL)
		return 0;
	fputs(prompt, tty);
	(void)fflush(tty);
	if (tcgetattr(fileno(tty), &old) == 0) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
		if (fgets(ret, (int)cap, tty) != NULL)
			n = strcspn(ret, "\r\n");
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &old);
		fputc('\n', tty);
	}
	fclose(tty);
	return n;
}

size_t
cli_ask(void *context, bool is_new, char *ret, size_t cap)
{
	const struct cli_asking *asking = context;
	char again[PASSPHRASE_MAX];
	size_t n, m;

	if (asking->file != NULL)
		return read_secret_file(asking->file, ret, cap);
	n = ask_terminal(is_new ? asking->prompt_new : asking->prompt, ret, cap);
	if (!is_new || n == 0)
		return n;
	m = ask_terminal(_("once more: "), again, sizeof(again));
	if (m != n || sodium_memcmp(again, ret, n) != 0)
		n = 0;
	sodium_memzero(again, sizeof(again));
	return n;
}

const struct sluis_passphrase *
cli_passphrase(struct cli *cli)
{
	cli->asking = (struct cli_asking){ .file = cli->passphrase_file, .prompt = _("passphrase of this profile: "),
		.prompt_new = _("new passphrase for this profile: ") };
	if (cli->passphrase.ask == NULL)
		cli->passphrase = (struct sluis_passphrase){ .ask = cli_ask, .context = &cli->asking };
	return &cli->passphrase;
}
