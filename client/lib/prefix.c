/* SPDX-License-Identifier: EUPL-1.2 */
#include "prefix.h"

#include <string.h>
#include <strings.h>

enum { PREFIX_MIN = 6 };

SLUIS_MUST_CHECK enum sluis_err
sluis_prefix_start(struct sluis_prefix *prefix, const char *text, struct sluis_failure *failure)
{
	const size_t len = strlen(text);

	*prefix = (struct sluis_prefix){ .text = text };
	if (sluis_unhex(text, prefix->id.bytes, sizeof(prefix->id.bytes)) == SLUIS_OK) {
		prefix->n = 1;
		return SLUIS_OK;
	}
	if (len >= PREFIX_MIN && len < 2 * SLUIS_ID_BYTES && strspn(text, "0123456789abcdefABCDEF") == len)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not an id"), text);
	sluis_fail_hint(failure, _("an id has 32 hex digits; the first 6 are enough where they are unique"));
	return SLUIS_EUSAGE;
}

bool
sluis_prefix_is_whole(const struct sluis_prefix *prefix)
{
	return strlen(prefix->text) == 2 * SLUIS_ID_BYTES;
}

bool
sluis_prefix_match(struct sluis_prefix *prefix, const uint8_t *id)
{
	char hex[2 * SLUIS_ID_BYTES + 1];

	sluis_hex(id, SLUIS_ID_BYTES, hex);
	if (strncasecmp(hex, prefix->text, strlen(prefix->text)) != 0)
		return false;
	if (prefix->n == 0 || memcmp(prefix->id.bytes, id, SLUIS_ID_BYTES) != 0)
		prefix->n++;
	memcpy(prefix->id.bytes, id, SLUIS_ID_BYTES);
	return true;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_prefix_settle(const struct sluis_prefix *prefix, struct sluis_id *ret, struct sluis_failure *failure)
{
	if (prefix->n == 0)
		return SLUIS_ENOTFOUND;
	if (prefix->n > 1)
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" begins more than one id; give more digits"),
		    prefix->text);
	*ret = prefix->id;
	return SLUIS_OK;
}
