/* SPDX-License-Identifier: EUPL-1.2 */
#include "random.h"

#include <sodium.h>

void
sluis_random_system(void *context, void *buf, size_t len)
{
	(void)context;
	randombytes_buf(buf, len);
}
