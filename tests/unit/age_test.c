/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "base64.h"
#include "fixed_random.h"
#include "hkdf.h"

enum { KEYS = SLUIS_RECIPIENTS_MAX + 1, NONCE = SLUIS_AGE_NONCE_BYTES, CHUNK = SLUIS_AGE_CHUNK_BYTES,
	SEALED_CHUNK = SLUIS_AGE_SEALED_CHUNK_BYTES };

static struct sluis_secret32 IDENTITIES[KEYS];
static struct sluis_public RECIPIENTS[KEYS];
static const struct sluis_hash CONTEXT = { "thirty-two bytes of the context" };

/* A sealed file and room for its plaintext. */
struct file {
	struct sluis_writer age;
	struct sluis_writer plain;
};

static int
make_keys(void **state)
{
	(void)state;
	fixed_age_keys(0, KEYS, IDENTITIES, RECIPIENTS);
	return 0;
}

static struct sluis_writer
room(size_t cap)
{
	struct sluis_writer w;

	sluis_writer_init(&w, malloc(cap > 0 ? cap : 1), cap);
	assert_non_null(w.data);
	return w;
}

static struct file
seal(size_t n_recipients, bool has_context, size_t plain_len)
{
	const struct sluis_age_to to = { RECIPIENTS, n_recipients, has_context ? &CONTEXT : NULL };
	struct fixed_random random = { 0 };
	struct file f = { room(sluis_age_sealed_size(n_recipients, has_context, plain_len)), room(plain_len) };
	uint8_t *plain = malloc(plain_len + 1);

	fixed_random(&random, plain, plain_len);
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes(plain, plain_len), &f.age),
	    SLUIS_OK);
	assert_int_equal(f.age.len, f.age.cap);
	free(plain);
	return f;
}

static void
done(struct file *f)
{
	free(f->age.data);
	free(f->plain.data);
}

static enum sluis_err
open_with(size_t first, size_t n, struct file *f)
{
	const struct sluis_age_identities identities = { .keys = IDENTITIES + first, .n_keys = n };

	return sluis_age_open(&identities, sluis_bytes(f->age.data, f->age.len), &f->plain);
}

static void
assert_is_plain(const struct file *f, size_t plain_len)
{
	struct fixed_random random = { 0 };
	uint8_t *plain = malloc(plain_len + 1);

	fixed_random(&random, plain, plain_len);
	assert_int_equal(f->plain.len, plain_len);
	assert_memory_equal(f->plain.data, plain, plain_len);
	free(plain);
}

static void
misuse(void **state)
{
	struct fixed_random random = { 0 };
	struct sluis_age_to to = { RECIPIENTS, 0, NULL };
	uint8_t bytes[70 + 98 + 16 + 16 + 3];
	struct sluis_writer out;

	(void)state;
	memset(bytes, 0xa5, sizeof(bytes));
	sluis_writer_init(&out, bytes, sizeof(bytes));
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &out), SLUIS_EUSAGE);
	to.n_recipients = SLUIS_RECIPIENTS_MAX + 1;
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &out), SLUIS_EUSAGE);
	to.n_recipients = 1;
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abcd", 4), &out), SLUIS_EUSAGE);
	out.overflow = true;
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &out), SLUIS_EUSAGE);
	out.overflow = false;
	assert_int_equal(out.len, 0);
	assert_int_equal(bytes[0], 0xa5);
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &out), SLUIS_OK);
}

/* Points of small order give an all-zero secret: whoever published one gets nothing, and nobody else either. */
static void
improper_recipients(void **state)
{
	struct sluis_public recipients[2] = { RECIPIENTS[0], { { 0 } } };
	const struct sluis_age_to to = { recipients, 2, NULL };
	struct fixed_random random = { 0 };
	struct sluis_writer out = room(1000);

	(void)state;
	for (uint8_t first = 0; first < 2; first++) {
		recipients[1].bytes[0] = first;
		assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &out),
		    SLUIS_EFORMAT);
		assert_int_equal(out.len, 0);
	}
	free(out.data);
}

static void
sizes_and_recipients(void **state)
{
	static const size_t SIZES[] = { 0, 1, 2, 15, 16, 17, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1,
		2 * CHUNK, 2 * CHUNK + 1, 200000 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		for (size_t n = 1; n <= SLUIS_RECIPIENTS_MAX; n = n < 3 ? n + 1 : n * 2 + 7) {
			struct file f = seal(n, i % 2 == 0, SIZES[i]);

			for (size_t k = 0; k < n; k += 5) {
				f.plain.len = 0;
				assert_int_equal(open_with(k, 1, &f), SLUIS_OK);
				assert_is_plain(&f, SIZES[i]);
			}
			f.plain.len = 0;
			assert_int_equal(open_with(n, 1, &f), SLUIS_ENOMATCH);
			assert_int_equal(open_with(0, 0, &f), SLUIS_ENOMATCH);
			assert_int_equal(f.plain.len, 0);
			/* the last of several keys that were tried */
			assert_int_equal(open_with(n - 1, 2, &f), SLUIS_OK);
			assert_is_plain(&f, SIZES[i]);
			assert_int_equal(sluis_age_section_check(sluis_bytes(f.age.data, f.age.len), n, &CONTEXT),
			    i % 2 == 0 ? SLUIS_OK : SLUIS_ECONTEXT);
			done(&f);
		}
	}
}

static void
the_most_recipients(void **state)
{
	struct file f = seal(SLUIS_RECIPIENTS_MAX, true, 5);

	(void)state;
	assert_int_equal(open_with(SLUIS_RECIPIENTS_MAX - 1, 1, &f), SLUIS_OK);
	assert_is_plain(&f, 5);
	done(&f);
}

static void
several_keys_are_tried_in_turn(void **state)
{
	struct file f = seal(1, true, 10);
	const struct sluis_secret32 keys[3] = { IDENTITIES[5], IDENTITIES[6], IDENTITIES[0] };
	const struct sluis_age_identities identities = { .keys = keys, .n_keys = 3 };

	(void)state;
	assert_int_equal(sluis_age_open(&identities, sluis_bytes(f.age.data, f.age.len), &f.plain), SLUIS_OK);
	assert_is_plain(&f, 10);
	done(&f);
}

/* Nothing of one file comes back in another. */
static void
fresh_secrets_each_time(void **state)
{
	const struct sluis_age_to to = { RECIPIENTS, 2, NULL };
	struct fixed_random random = { 0 };
	struct sluis_writer a = room(1000), b = room(1000);
	struct sluis_age_header ha, hb;

	(void)state;
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &a), SLUIS_OK);
	assert_int_equal(random.n, 4); /* file key, nonce, one share a recipient */
	assert_int_equal(sluis_age_seal(&to, sluis_random_system, NULL, sluis_bytes("abc", 3), &b), SLUIS_OK);
	assert_int_equal(sluis_age_header_parse(sluis_bytes(a.data, a.len), &ha), SLUIS_OK);
	assert_int_equal(sluis_age_header_parse(sluis_bytes(b.data, b.len), &hb), SLUIS_OK);
	assert_false(sluis_bytes_equal(ha.stanzas[0].args, ha.stanzas[1].args));
	assert_false(sluis_bytes_equal(ha.stanzas[0].body, ha.stanzas[1].body));
	assert_false(sluis_bytes_equal(ha.stanzas[0].args, hb.stanzas[0].args));
	assert_memory_not_equal(a.data + ha.len, b.data + hb.len, NONCE);
	free(a.data);
	free(b.data);
}

/* What stands in ${out} before stays, on success and on failure. */
static void
appends(void **state)
{
	struct file f = seal(1, false, 100);
	struct sluis_writer out = room(103);
	const struct sluis_age_identities identities = { .keys = IDENTITIES, .n_keys = 1 };

	(void)state;
	sluis_writer_put(&out, "abc", 3);
	f.age.data[f.age.len - 1] ^= 1;
	assert_int_equal(sluis_age_open(&identities, sluis_bytes(f.age.data, f.age.len), &out), SLUIS_EPAYLOAD);
	assert_int_equal(out.len, 3);
	f.age.data[f.age.len - 1] ^= 1;
	out.cap--;
	assert_int_equal(sluis_age_open(&identities, sluis_bytes(f.age.data, f.age.len), &out), SLUIS_EUSAGE);
	out.cap++;
	assert_int_equal(sluis_age_open(&identities, sluis_bytes(f.age.data, f.age.len), &out), SLUIS_OK);
	assert_int_equal(out.len, 103);
	assert_memory_equal(out.data, "abc", 3);
	free(out.data);
	done(&f);
}

/* Every bit of a small file. What the change strikes says which error it may be. */
static void
every_bit_counts(void **state)
{
	struct file f = seal(3, true, 40);
	const size_t header = sluis_age_header_size(3, true);

	(void)state;
	for (size_t i = 0; i < 8 * f.age.len; i++) {
		enum sluis_err err;

		f.age.data[i / 8] ^= (uint8_t)(1 << i % 8);
		err = open_with(1, 1, &f);
		if (i / 8 >= header)
			assert_int_equal(err, SLUIS_EPAYLOAD);
		else
			assert_true(err == SLUIS_EHEADER || err == SLUIS_EHMAC || err == SLUIS_ENOMATCH);
		assert_int_equal(f.plain.len, 0);
		f.age.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(open_with(1, 1, &f), SLUIS_OK);
	done(&f);
}

static void
every_cut_and_every_addition(void **state)
{
	const size_t header = sluis_age_header_size(2, true);
	struct file f = seal(2, true, CHUNK + 30);
	const struct sluis_age_identities identities = { .keys = IDENTITIES, .n_keys = 1 };

	(void)state;
	for (size_t len = 0; len < f.age.len; len = len == 1000 ? f.age.len - 100 : len + 1) {
		const enum sluis_err err = sluis_age_open(&identities, sluis_bytes(f.age.data, len), &f.plain);

		assert_int_equal(err, len < header + NONCE ? SLUIS_EHEADER : SLUIS_EPAYLOAD);
		assert_int_equal(f.plain.len, 0);
	}
	free(f.plain.data);
	f.plain = room(3 * CHUNK);
	for (size_t more = 1; more < 2 * SEALED_CHUNK; more = more < 40 ? more + 1 : more + 9000) {
		uint8_t *longer = calloc(1, f.age.len + more);

		memcpy(longer, f.age.data, f.age.len);
		assert_int_equal(sluis_age_open(&identities, sluis_bytes(longer, f.age.len + more), &f.plain),
		    SLUIS_EPAYLOAD);
		assert_int_equal(f.plain.len, 0);
		free(longer);
	}
	done(&f);
}

/* A failure wipes what earlier chunks gave. */
static void
nothing_is_left_of_good_chunks(void **state)
{
	struct file f = seal(1, true, 2 * CHUNK + 10);

	(void)state;
	f.age.data[f.age.len - 1] ^= 1;
	assert_int_equal(open_with(0, 1, &f), SLUIS_EPAYLOAD);
	assert_true(sodium_is_zero(f.plain.data, 2 * CHUNK));
	done(&f);
}

/* Chunks dropped, doubled, exchanged, or cut at their border. */
static void
chunks_keep_their_place(void **state)
{
	const size_t at = sluis_age_header_size(1, false) + NONCE;
	struct file f = seal(1, false, 3 * CHUNK);
	const struct sluis_age_identities identities = { .keys = IDENTITIES, .n_keys = 1 };
	uint8_t *other = malloc(f.age.len + SEALED_CHUNK);
	struct sluis_writer plain = room(4 * CHUNK);
	static const char *const ORDERS[] = { "", "0", "01", "1", "2", "02", "12", "021", "102", "0012", "0112",
		"0122", "000", "222" };

	(void)state;
	memcpy(other, f.age.data, at);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ORDERS); i++) {
		size_t len = at;

		for (const char *c = ORDERS[i]; *c != '\0'; c++, len += SEALED_CHUNK)
			memcpy(other + len, f.age.data + at + (size_t)(*c - '0') * SEALED_CHUNK, SEALED_CHUNK);
		assert_int_equal(sluis_age_open(&identities, sluis_bytes(other, len), &plain), SLUIS_EPAYLOAD);
		assert_int_equal(plain.len, 0);
	}
	assert_int_equal(open_with(0, 1, &f), SLUIS_OK);
	free(other);
	free(plain.data);
	done(&f);
}

/* Errors come in the order of the specification, so that each says what is really wrong. */
static void
order_of_checks(void **state)
{
	struct file f = seal(2, true, 40);
	const size_t header = sluis_age_header_size(2, true);
	uint8_t *mac = f.age.data + header - 10, *payload = f.age.data + f.age.len - 1;
	uint8_t *second_share = f.age.data + 22 + 59 + 98 + 10;
	/* "AAAA..." is the point zero, of small order */
	char saved[43];

	(void)state;
	*payload ^= 1;
	*mac = *mac == 'x' ? 'y' : 'x';
	assert_int_equal(open_with(7, 1, &f), SLUIS_ENOMATCH); /* before the MAC */
	assert_int_equal(open_with(0, 1, &f), SLUIS_EHMAC);    /* before the payload */
	memcpy(saved, second_share, sizeof(saved));
	memset(second_share, 'A', sizeof(saved));
	assert_int_equal(open_with(7, 1, &f), SLUIS_EHEADER); /* before the match */
	assert_int_equal(open_with(0, 1, &f), SLUIS_EHEADER); /* even where the first stanza matches */
	assert_int_equal(open_with(1, 1, &f), SLUIS_EHEADER);
	memcpy(second_share, saved, sizeof(saved));
	assert_int_equal(open_with(0, 1, &f), SLUIS_EHMAC);
	/* no room for the nonce: a matter of the header, but after its MAC */
	f.age.len = header + NONCE - 1;
	assert_int_equal(open_with(0, 1, &f), SLUIS_EHMAC);
	done(&f);
}

/* A writer's MAC over ${signed_part}, with a file key that the writer knows. */
static void
put_mac(const uint8_t *file_key, struct sluis_writer *w)
{
	const struct sluis_bytes key = sluis_bytes(file_key, SLUIS_AGE_FILE_KEY_BYTES);
	uint8_t mac_key[32], mac[32];
	char text[SLUIS_BASE64_RAW_32 + 1];

	sluis_writer_put_text(w, "---");
	assert_int_equal(sluis_hkdf(key, sluis_bytes(NULL, 0), sluis_bytes_text("header"), mac_key, 32), SLUIS_OK);
	sluis_hmac(sluis_bytes(mac_key, 32), sluis_bytes(w->data, w->len), mac);
	sluis_base64_encode(SLUIS_BASE64_RAW, sluis_bytes(mac, 32), text);
	sluis_writer_put_text(w, " ");
	sluis_writer_put_text(w, text);
	sluis_writer_put_text(w, "\n");
}

/* Two stanzas for one identity with two file keys: the first counts, as in age, and the MAC must be its. */
static void
the_first_match_counts(void **state)
{
	const struct sluis_age_to to = { RECIPIENTS, 1, NULL };
	const struct sluis_age_identities own = { .keys = IDENTITIES, .n_keys = 1 };
	struct fixed_random random = { .n = 10 }, same = { .n = 10 };
	struct sluis_writer a = room(500), b = room(500), both = room(500), plain = room(3);
	uint8_t keys[2][32];

	(void)state;
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &a), SLUIS_OK);
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("xyz", 3), &b), SLUIS_OK);
	fixed_random(&same, keys[0], SLUIS_AGE_FILE_KEY_BYTES);
	same.n += 2; /* nonce and share */
	fixed_random(&same, keys[1], SLUIS_AGE_FILE_KEY_BYTES);
	for (size_t i = 0; i < 2; i++) {
		both.len = 0;
		plain.len = 0;
		sluis_writer_put(&both, a.data, 22 + 98);
		sluis_writer_put(&both, b.data + 22, 98);
		put_mac(keys[i], &both);
		sluis_writer_put(&both, a.data + 22 + 98 + 48, a.len - 22 - 98 - 48);
		assert_int_equal(sluis_age_open(&own, sluis_bytes(both.data, both.len), &plain),
		    i == 0 ? SLUIS_OK : SLUIS_EHMAC);
	}
	free(a.data);
	free(b.data);
	free(both.data);
	free(plain.data);
}

/* A header and the payload of another file: the nonce is fresh, and so is the key. */
static void
payloads_do_not_move(void **state)
{
	const struct sluis_age_to to = { RECIPIENTS, 1, &CONTEXT };
	struct file a = seal(1, true, 50), b = seal(1, true, 50);
	const size_t header = sluis_age_header_size(1, true);
	uint8_t plain[50] = { 0 };

	(void)state;
	b.age.len = 0;
	assert_int_equal(sluis_age_seal(&to, sluis_random_system, NULL, sluis_bytes(plain, 50), &b.age), SLUIS_OK);
	memcpy(a.age.data + header, b.age.data + header, b.age.len - header);
	assert_int_equal(open_with(0, 1, &a), SLUIS_EPAYLOAD);
	assert_int_equal(open_with(0, 1, &b), SLUIS_OK);
	done(&a);
	done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misuse),
		cmocka_unit_test(improper_recipients),
		cmocka_unit_test(sizes_and_recipients),
		cmocka_unit_test(the_most_recipients),
		cmocka_unit_test(several_keys_are_tried_in_turn),
		cmocka_unit_test(fresh_secrets_each_time),
		cmocka_unit_test(appends),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(every_cut_and_every_addition),
		cmocka_unit_test(nothing_is_left_of_good_chunks),
		cmocka_unit_test(chunks_keep_their_place),
		cmocka_unit_test(order_of_checks),
		cmocka_unit_test(the_first_match_counts),
		cmocka_unit_test(payloads_do_not_move),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_keys, NULL);
}
