/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * random - where random bytes come from: a parameter of every function that needs them.
 *
 * So that protocol code stays a function of its arguments, and tests give the same bytes each run.
 */
#ifndef SLUIS_RANDOM_H
#define SLUIS_RANDOM_H

#include <stddef.h>

/**
 * sluis_random(context, buf, len):
 * Fill ${buf} with ${len} bytes that nobody can predict; ${context} is the caller's own. Cannot fail.
 */
typedef void (*sluis_random)(void *context, void *buf, size_t len);

/**
 * sluis_random_system(context, buf, len):
 * The source for programs: the kernel's generator through libsodium, which ends the process where that
 * is not to be had. ${context} is ignored, pass NULL. The program calls sodium_init() before.
 */
void sluis_random_system(void *context, void *buf, size_t len);

#endif
