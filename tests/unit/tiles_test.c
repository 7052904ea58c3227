/* SPDX-License-Identifier: EUPL-1.2 */
#include "tiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The formula of the source, with no shift: floor(s / 256^l). */
static uint64_t
power(unsigned level)
{
	uint64_t n = 1;

	for (unsigned i = 0; i < level; i++)
		n *= 256;
	return n;
}

static const struct {
	struct sluis_tile tile;
	const char *path;
} PATHS[] = {
	{ { false, 0, 0, 256 }, "tile/0/000" },
	{ { false, 0, 1, 256 }, "tile/0/001" },
	{ { false, 0, 999, 256 }, "tile/0/999" },
	{ { false, 0, 1000, 1 }, "tile/0/x001/000.p/1" },
	{ { false, 3, 1234067, 255 }, "tile/3/x001/x234/067.p/255" },
	{ { false, 63, 999999, 256 }, "tile/63/x999/999" },
	{ { true, 0, 1000000, 17 }, "tile/entries/x001/x000/000.p/17" },
	{ { true, 0, 0, 256 }, "tile/entries/000" },
	{ { false, 7, UINT64_MAX, 9 }, "tile/7/x018/x446/x744/x073/x709/x551/615.p/9" },
};

static void
malformed_paths_are_refused(void **state)
{
	static const char *const BAD[] = {
		"", "tile", "tile/", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/0/1",
		"tile/00/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/0/0x1", "/tile/0/000",
		"tile/0/000/", "tile/0//000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
		"tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/", "tile/0/000.q/1", "tile/0/000.p/1.p/1",
		"tile/0/x000/001", "tile/0/x001/x000", "tile/0/x001", "tile/0/x01/000", "tile/0/x0001/000",
		"tile/0/X001/000", "tile/0/001/000", "tile/0/y001/000", "tile/entry/000", "tile/entries",
		"tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
		"Tile/0/000", "tile/0/000 ", "tile/data/000", "tile/0/..", "tile/0/x../000",
	};
	struct sluis_tile tile = { .width = 99 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++)
		assert_int_equal(sluis_tiles_path_parse(sluis_bytes_text(BAD[i]), &tile), SLUIS_EFORMAT);
	assert_int_equal(sluis_tiles_path_parse(sluis_bytes(NULL, 0), &tile), SLUIS_EFORMAT);
	assert_int_equal(sluis_tiles_path_parse(sluis_bytes("tile/0/000\0", 11), &tile), SLUIS_EFORMAT);
	assert_int_equal(tile.width, 99);
}

static void
paths_are_written_and_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(PATHS); i++) {
		char path[SLUIS_TILES_PATH_MAX_CHARS + 1];
		struct sluis_tile tile;

		sluis_tiles_path(&PATHS[i].tile, path);
		assert_string_equal(path, PATHS[i].path);
		assert_int_equal(sluis_tiles_path_parse(sluis_bytes_text(path), &tile), SLUIS_OK);
		assert_true(tile.is_entries == PATHS[i].tile.is_entries);
		assert_int_equal(tile.level, PATHS[i].tile.level);
		assert_true(tile.index == PATHS[i].tile.index);
		assert_int_equal(tile.width, PATHS[i].tile.width);
	}
}

static void
every_index_has_one_path(void **state)
{
	(void)state;
	for (uint64_t index = 0; index < 2100; index++) {
		const struct sluis_tile tile = { .index = index, .width = 256 };
		char path[SLUIS_TILES_PATH_MAX_CHARS + 1];
		struct sluis_tile again;

		sluis_tiles_path(&tile, path);
		assert_int_equal(sluis_tiles_path_parse(sluis_bytes_text(path), &again), SLUIS_OK);
		assert_int_equal(again.index, index);
	}
}

static void
a_changed_path_is_another_tile_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(PATHS); i++) {
		const size_t len = strlen(PATHS[i].path);

		for (size_t at = 0; at < len; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				char path[SLUIS_TILES_PATH_MAX_CHARS + 1];
				char again[SLUIS_TILES_PATH_MAX_CHARS + 1];
				struct sluis_tile tile;

				memcpy(path, PATHS[i].path, len + 1);
				path[at] = (char)(path[at] ^ (1 << bit));
				if (sluis_tiles_path_parse(sluis_bytes(path, len), &tile) != SLUIS_OK)
					continue;
				sluis_tiles_path(&tile, again);
				assert_string_equal(again, path);
			}
		}
	}
}

static void
the_shape_of_a_log_follows_its_size(void **state)
{
	static const uint64_t SIZES[] = { 0, 1, 2, 255, 256, 257, 511, 512, 65535, 65536, 65537, 70000,
		16777216, 16777217, 315921153, UINT64_C(1) << 62, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		for (unsigned level = 0; level < 8; level++) {
			const uint64_t hashes = SIZES[i] / power(level);

			assert_true(sluis_tiles_full(SIZES[i], level) == hashes / 256);
			assert_int_equal(sluis_tiles_partial(SIZES[i], level), hashes % 256);
		}
		for (unsigned level = 8; level <= 64; level++) {
			assert_true(sluis_tiles_full(SIZES[i], level) == 0);
			assert_int_equal(sluis_tiles_partial(SIZES[i], level), 0);
		}
	}
	assert_int_equal(sluis_tiles_full(70000, 0), 273);
	assert_int_equal(sluis_tiles_partial(70000, 0), 112);
}

static void
entries_are_bundled_with_their_length(void **state)
{
	uint8_t *big = calloc(1, SLUIS_TILES_ENTRY_MAX_BYTES + 1);
	uint8_t *bundle = calloc(1, 70000);
	struct sluis_writer w;
	struct sluis_reader r;

	(void)state;
	assert_non_null(big);
	assert_non_null(bundle);
	sluis_writer_init(&w, bundle, 70000);
	sluis_tiles_entry_put(&w, sluis_bytes_text("first"));
	sluis_tiles_entry_put(&w, sluis_bytes(NULL, 0));
	sluis_tiles_entry_put(&w, sluis_bytes(big, SLUIS_TILES_ENTRY_MAX_BYTES));
	assert_false(w.overflow);
	assert_memory_equal(bundle, "\0\5first\0\0\xff\xff", 11);
	for (size_t len = 0; len <= w.len; len += len < 12 || len + 3 > w.len ? 1 : 997) {
		struct sluis_bytes entry[3];

		sluis_reader_init(&r, sluis_bytes(bundle, len));
		for (size_t i = 0; i < 3; i++)
			entry[i] = sluis_tiles_entry_get(&r);
		assert_int_equal(sluis_reader_end(&r), len == w.len ? SLUIS_OK : SLUIS_EFORMAT);
		if (len == w.len) {
			assert_true(sluis_bytes_is_text(entry[0], "first"));
			assert_int_equal(entry[1].len, 0);
			assert_int_equal(entry[2].len, SLUIS_TILES_ENTRY_MAX_BYTES);
		}
	}
	sluis_writer_init(&w, bundle, 70000);
	sluis_tiles_entry_put(&w, sluis_bytes(big, SLUIS_TILES_ENTRY_MAX_BYTES + 1));
	assert_true(w.overflow);
	assert_int_equal(w.len, 0);
	free(big);
	free(bundle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_paths_are_refused),
		cmocka_unit_test(paths_are_written_and_read),
		cmocka_unit_test(every_index_has_one_path),
		cmocka_unit_test(a_changed_path_is_another_tile_or_refused),
		cmocka_unit_test(the_shape_of_a_log_follows_its_size),
		cmocka_unit_test(entries_are_bundled_with_their_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
