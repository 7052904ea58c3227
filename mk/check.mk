# SPDX-License-Identifier: EUPL-1.2
# make check   install what is missing, build with gcc and clang, run every test; last line "N passed, N failed"
# make lint    the rules about the sources alone
# make check-systemd   the units alone, under a systemd as process 1
CHECK_REPLAYS := $(patsubst tests/fuzz/%_fuzz.c,$(B)/fuzz/%_replay,$(sort $(wildcard tests/fuzz/*_fuzz.c)))

.PHONY: check-build unit-build check-systemd

unit-build: $(UNIT_TESTS)
check-build: all unit-build $(CHECK_REPLAYS)

check:
	@deploy/dependencies.sh test
	@$(MAKE) --no-print-directory -j$$(nproc) check-build
	@$(MAKE) --no-print-directory -j$$(nproc) CC=clang all
	@B=$(B) tests/run.sh

lint: all
	@B=$(B) tests/run.sh lint

check-systemd: all
	@B=$(B) tests/run.sh systemd
