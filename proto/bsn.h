/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bsn - recognise a citizen service number (BSN), and find one in text where none may stand.
 *
 * Never: copies, prints or keeps a number. Pure.
 * Source: Logisch Ontwerp BSN (11-test; eight digits count with a leading zero); test numbers of RvIG.
 */
#ifndef SLUIS_BSN_H
#define SLUIS_BSN_H

#include "base.h"

#define SLUIS_BSN_DIGITS 9

/**
 * sluis_bsn_is_valid(text):
 * ${text} is exactly nine digits, not all zeros, whose sum with the weights 9 8 7 6 5 4 3 2 -1 is
 * divisible by 11. Eight digits are not a BSN here: who stores one writes the leading zero.
 */
bool sluis_bsn_is_valid(struct sluis_bytes text);

/** sluis_bsn_is_test(text): a valid BSN in the range for tests, 999900006 to 999999990. */
bool sluis_bsn_is_test(struct sluis_bytes text);

/**
 * sluis_bsn_search(text, from, ret_offset):
 * Find the first place at or after byte ${from} where ${text} holds what may be a BSN, and write the
 * offset of its first digit to ${ret_offset}; false (and ${ret_offset} untouched) when there is none.
 * For the next one call again with that offset + 1. ${text} is UTF-8; the caller has checked.
 *
 * Found is, where the 11-test holds:
 * - nine digits in one run, whatever letters stand beside it; never a part of a longer run;
 * - nine digits in groups of two or more, joined by one dot each, one blank each or one hyphen each (also
 *   those that do not break a line), among other groups too: 1234.56.782, 123 456 782, 123-456-782;
 * - nine single digits so joined, with no tenth joined to them: 1 2 3 4 5 6 7 8 2;
 * - eight digits, in one run or in groups joined by dots or blanks, that no dot, blank or hyphen joins to more digits
 *   (so not 06-12345678), and that are not a date written dd.mm.yyyy.
 * One number in eleven passes the test by chance: a hit is a question to the sender, not a verdict.
 * Cost: linear in the length of ${text}.
 */
bool sluis_bsn_search(struct sluis_bytes text, size_t from, size_t *ret_offset);

#endif
