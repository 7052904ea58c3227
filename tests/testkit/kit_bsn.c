/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_lines.h"

#include "bsn.h"

int
kit_bsn(const char *path, struct kit_count *count)
{
	return kit_lines(path, sluis_bsn_is_valid, count);
}
