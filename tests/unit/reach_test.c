/* SPDX-License-Identifier: EUPL-1.2 */
#include "reach.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 2000 };

static void
only_one_form_is_an_address(void **state)
{
	static const char *const BAD[] = { "", "tcp://", "tcp://host", "tcp://host:", "tcp://:443", "udp://host:443", "host:443",
		"tcp://host:https", "tcp://host:443x", "tcp://host:12345678", "tcp://[]:443", "ipc:///tmp/x" };
	struct sluis_reach_place place;
	char longest[256];

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++)
		assert_int_equal(sluis_reach_try(BAD[i], PATIENCE_MS, &place), SLUIS_REACH_NO_ADDRESS);
	snprintf(longest, sizeof(longest), "tcp://%0200d:443", 1);
	assert_int_equal(sluis_reach_try(longest, PATIENCE_MS, &place), SLUIS_REACH_NO_ADDRESS);
}

static void
names_that_are_not_there_are_told(void **state)
{
	struct sluis_reach_place place;
	const enum sluis_reach reach = sluis_reach_try("tcp://nergens.invalid:443", PATIENCE_MS, &place);

	(void)state;
	assert_true(reach == SLUIS_REACH_NO_NAME || reach == SLUIS_REACH_NO_RESOLVER); /* by what resolves here */
	assert_string_equal(place.host, "nergens.invalid");
	assert_string_equal(place.port, "443");
}

static void
open_and_closed_differ(void **state)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	struct sluis_reach_place place;
	char endpoint[64];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(endpoint, sizeof(endpoint), "tcp://127.0.0.1:%u", ntohs(address.sin_port));
	assert_int_equal(sluis_reach_try(endpoint, PATIENCE_MS, &place), SLUIS_REACH_CLOSED);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(sluis_reach_try(endpoint, PATIENCE_MS, &place), SLUIS_REACH_OPEN);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_form_is_an_address),
		cmocka_unit_test(names_that_are_not_there_are_told),
		cmocka_unit_test(open_and_closed_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
