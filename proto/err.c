/* SPDX-License-Identifier: EUPL-1.2 */
#include "err.h"

#include <assert.h>
#include <stddef.h>

static const struct {
	const char *name;
	enum sluis_err_class class;
	int exit_code;
	const char *text;
} ERRORS[] = {
#define X(name, class, exit_code, text) { #name, SLUIS_CLASS_##class, exit_code, text },
	SLUIS_ERR_LIST(X)
#undef X
};

enum sluis_err_class
sluis_err_class(enum sluis_err err)
{
	assert((size_t)err < sizeof(ERRORS) / sizeof(ERRORS[0]));
	return ERRORS[err].class;
}

int
sluis_err_exit(enum sluis_err err)
{
	assert((size_t)err < sizeof(ERRORS) / sizeof(ERRORS[0]));
	return ERRORS[err].exit_code;
}

const char *
sluis_err_name(enum sluis_err err)
{
	assert((size_t)err < sizeof(ERRORS) / sizeof(ERRORS[0]));
	return ERRORS[err].name;
}

const char *
sluis_err_text(enum sluis_err err)
{
	assert((size_t)err < sizeof(ERRORS) / sizeof(ERRORS[0]));
	return ERRORS[err].text;
}
