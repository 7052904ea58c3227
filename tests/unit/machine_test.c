/* SPDX-License-Identifier: EUPL-1.2 */
#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static char name[SLUIS_MACHINE_NAME];

static void
touch(const char *file, mode_t mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static int
setup(void **state)
{
	char path[128];

	(void)state;
	strcpy(dir, "/tmp/sluis-machine-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/sent", dir);
	return mkdir(path, 0700);
}

static int
teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
each_open_door_is_named(void **state)
{
	(void)state;
	assert_int_equal(sluis_machine_modes("/nonexistent", name), SLUIS_MODES_NO_PROFILE);
	assert_int_equal(sluis_machine_modes(dir, name), SLUIS_MODES_NO_PROFILE);
	touch("profile.json", 0600);
	assert_int_equal(sluis_machine_modes(dir, name), SLUIS_MODES_NO_KEYS);
	touch("secret.json", 0600);
	touch("sent/one", 0600);
	assert_int_equal(sluis_machine_modes(dir, name), SLUIS_MODES_OK);
	for (mode_t bit = 1; bit < 0100; bit = (mode_t)(bit << 1)) {
		touch("sent/one", 0600 | bit);
		assert_int_equal(sluis_machine_modes(dir, name), SLUIS_MODES_OPEN);
		assert_string_equal(name, "sent/one");
	}
	touch("sent/one", 0600);
	touch("secret.json", 0640);
	assert_int_equal(sluis_machine_modes(dir, name), SLUIS_MODES_OPEN);
	assert_string_equal(name, "secret.json");
	touch("secret.json", 0600);
	assert_int_equal(chmod(dir, 0710), 0);
	assert_int_equal(sluis_machine_modes(dir, name), SLUIS_MODES_OPEN);
	assert_string_equal(name, ".");
	assert_int_equal(chmod(dir, 0700), 0);
}

static void
the_probe_leaves_nothing(void **state)
{
	enum sluis_machine_space space = sluis_machine_space(dir);
	char path[128];

	(void)state;
	assert_true(space == SLUIS_SPACE_OK || space == SLUIS_SPACE_LITTLE);
	snprintf(path, sizeof(path), "%s/doctor.probe", dir);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(sluis_machine_space("/proc"), SLUIS_SPACE_UNKNOWN);
	assert_int_equal(sluis_machine_space("/nonexistent"), SLUIS_SPACE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_open_door_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(the_probe_leaves_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
