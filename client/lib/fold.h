/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fold - text as people and their programs write it, brought to UTF-8 with plain digits, to be searched.
 *
 * UTF-8 stays as it is; UTF-16 with its mark and eight-bit text (Windows, Latin) become UTF-8; digits of other scripts
 * (full-width, Arabic-Indic) become 0 to 9. Pure but for the heap.
 */
#ifndef SLUIS_CLIENT_FOLD_H
#define SLUIS_CLIENT_FOLD_H

#include "base.h"

/**
 * sluis_fold(text, is_text, ret):
 * ${text} for a search, on the heap (free with sluis_fold_free). ${is_text} false: only when it is UTF-8 or UTF-16 for
 * certain; else ret->data is NULL: not text. Where nothing had to change, offsets in ${ret} are those in ${text}.
 * Errors: SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_fold(struct sluis_bytes text, bool is_text, struct sluis_bytes *ret);
void sluis_fold_free(struct sluis_bytes *folded); /* wipes; for SLUIS_AUTO */

#endif
