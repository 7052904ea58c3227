/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * case_internal - what the parts of module case_chain share; nobody else includes it.
 */
#ifndef SLUIS_CASE_INTERNAL_H
#define SLUIS_CASE_INTERNAL_H

#include "case_chain.h"

/** An act that may come next; lives in ${scratch}. */
struct sluis_case_judged {
	struct sluis_arena *scratch;
	Sluis__CaseAct *act;
	enum sluis_case_code code;
	const struct sluis_member *actor;
};

/** sluis_case_judge(of_case, signed_act, directory, ret, why): form, place, signature and sense, as _append says.
 *  ${ret}->scratch is the caller's. */
SLUIS_MUST_CHECK enum sluis_err sluis_case_judge(const struct sluis_case *of_case,
    const Sluis__Signed *signed_act, const struct sluis_directory *directory,
    struct sluis_case_judged *ret, struct sluis_why *why);

#endif
