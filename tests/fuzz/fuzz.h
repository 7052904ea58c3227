/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fuzz - what every fuzz target offers, and how it says that something is wrong.
 */
#ifndef SLUIS_FUZZ_H
#define SLUIS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** LLVMFuzzerTestOneInput(data, size): one input; returns 0. A mistake of ours ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input; unlike assert(), never compiled out. */
#define FUZZ_MUST(condition)                 \
	do {                                 \
		if (!(condition))            \
			__builtin_trap();    \
	} while (0)

#endif
