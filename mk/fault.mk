# SPDX-License-Identifier: EUPL-1.2
# Faults: what a test preloads into a program to break it at a chosen call. make soak sweeps every call, kills at random 200
# times and cuts the power 100 times.
.PHONY: fault-build

fault-build: $(B)/fault/kill_at.so
check-build: fault-build

$(B)/fault/kill_at.so: $(B)/obj/tests/fault/kill_at.o
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -shared -o $@ $^

soak: all fault-build
	@deploy/dependencies.sh test
	@B=$(B) SOAK=1 SCRIPT_SECONDS=14400 JOBS=1 tests/run.sh fault
