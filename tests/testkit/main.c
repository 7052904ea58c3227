/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sluis-testkit - runs outside test vectors against our code; last line "N passed, M failed".
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "kit.h"

static const struct {
	const char *name;
	int (*run)(const char *path, struct kit_count *count);
	const char *help;
} KITS[] = {
	{ "age", kit_age, "age v1 files (C2SP/CCTV form)" },
	{ "note", kit_note, "signed notes and cosignatures" },
	{ "tlog", kit_tlog, "transparency log: Merkle proofs, tiles, checkpoints" },
	{ "wycheproof", kit_wycheproof, "Ed25519, X25519, ChaCha20-Poly1305, HKDF, HMAC" },
	{ "bsn", kit_bsn, "lines: value TAB valid|invalid" },
	{ "oin", kit_oin, "lines: value TAB valid|invalid" },
	{ "policy", kit_policy, "policy decisions, the form of expected.tsv" },
};

static int
usage(void)
{
	fprintf(stderr, "sluis-testkit: error: usage: sluis-testkit KIND FILE|DIR, where KIND is\n");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(KITS); i++)
		fprintf(stderr, "  %-11s %s\n", KITS[i].name, KITS[i].help);
	return 2;
}

int
main(int argc, char **argv)
{
	struct kit_count count = { 0 };
	int rc = -1;

	if (argc != 3)
		return usage();
	if (sodium_init() < 0)
		return kit_trouble("libsodium", "cannot start"), 1;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(KITS); i++) {
		if (strcmp(argv[1], KITS[i].name) == 0) {
			rc = KITS[i].run(argv[2], &count);
			if (rc == 0 && count.passed + count.failed == 0)
				rc = kit_trouble(argv[2], "holds no vector that this kind reads");
			printf("%zu passed, %zu failed\n", count.passed, count.failed);
			return rc == 0 && count.failed == 0 ? 0 : 1;
		}
	}
	return usage();
}
