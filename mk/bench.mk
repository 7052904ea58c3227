# SPDX-License-Identifier: EUPL-1.2
# make bench: pushes a second beside the smallest honest broker, in one run; see tests/bench/run.sh
BENCH := $(B)/bench/push_bench $(B)/bench/floor $(B)/bench/limits
$(B)/bench/push_bench: $(B)/obj/tests/bench/push_bench.o $(B)/libclient.a $(B)/libproto.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(CLIENT_LIBS)
$(B)/bench/floor: $(B)/obj/tests/bench/floor.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lzmq -lsodium -lcrypto
$(B)/bench/limits: $(B)/obj/tests/bench/limits.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lsodium
.PHONY: bench-build
bench-build: all $(BENCH)
bench:
	@deploy/dependencies.sh bench
	@$(MAKE) --no-print-directory bench-build
	@B=$(B) tests/bench/run.sh
