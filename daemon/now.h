/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * now - the two clocks of the machine, for the shell around the core; whether the wall clock is sane is commit's question.
 */
#ifndef SLUISD_NOW_H
#define SLUISD_NOW_H

#include "base.h"

/** now_steady_ms(): milliseconds that never run backwards, from no particular moment. */
int64_t now_steady_ms(void);

/** now_wall_ms(): Unix milliseconds. */
int64_t now_wall_ms(void);

#endif
