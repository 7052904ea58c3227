/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_lines.h"

#include "oin.h"

int
kit_oin(const char *path, struct kit_count *count)
{
	return kit_lines(path, sluis_oin_is_valid, count);
}
