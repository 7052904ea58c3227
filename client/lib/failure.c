/* SPDX-License-Identifier: EUPL-1.2 */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum sluis_err
sluis_fail(struct sluis_failure *failure, enum sluis_err err, const char *format, ...)
{
	va_list args;

	memset(failure, 0, sizeof(*failure));
	failure->err = err;
	va_start(args, format);
	vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return err;
}

void
sluis_fail_hint(struct sluis_failure *failure, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(failure->hint, sizeof(failure->hint), format, args);
	va_end(args);
}

/* The one list of errors is English (err.h); its clauses are translated here by their text. */
enum sluis_err
sluis_fail_err(struct sluis_failure *failure, enum sluis_err err, const char *what)
{
	if (err == SLUIS_OK || (failure->err == err && failure->text[0] != '\0'))
		return err;
	return sluis_fail(failure, err, "%s: %s", what, _(sluis_err_text(err)));
}

int
sluis_fail_exit(const struct sluis_failure *failure)
{
	return sluis_err_exit(failure->err);
}
