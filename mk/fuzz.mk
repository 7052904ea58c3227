# SPDX-License-Identifier: EUPL-1.2
# make fuzz FUZZ_SECONDS=60   run every tests/fuzz/NAME_fuzz.c that long (clang); finds go to build-fuzz/
# make fuzz-replay            the corpus through every target once, with the compiler in use; part of check
# tests/fuzz/corpus/NAME/     small seeds, and one file for each mistake that was ever found
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_B := build-fuzz
FUZZ_NAMES := $(patsubst tests/fuzz/%_fuzz.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
FUZZ_CFLAGS = -std=c17 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer -pthread -MMD -MP \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-iquote proto -iquote proto/policy -iquote tests/lib -iquote $(B)/gen
FUZZ_OBJ := $(FUZZ_B)/obj/gen/sluis.pb-c.o \
	$(patsubst %.c,$(FUZZ_B)/obj/%.o,$(PROTO_SRC) $(sort $(wildcard tests/lib/*.c)))
FUZZ_REPLAYS := $(patsubst %,$(B)/fuzz/%_replay,$(FUZZ_NAMES))

.PHONY: fuzz-build fuzz-replay

fuzz-build: $(patsubst %,$(FUZZ_B)/%_fuzz,$(FUZZ_NAMES))

fuzz: fuzz-build
	@set -e; for n in $(FUZZ_NAMES); do \
		mkdir -p $(FUZZ_B)/corpus/$$n; echo "== fuzz $$n, $(FUZZ_SECONDS) s"; \
		$(FUZZ_B)/$${n}_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
			-print_final_stats=1 -verbosity=0 -artifact_prefix=$(FUZZ_B)/found-$$n- \
			$(FUZZ_B)/corpus/$$n tests/fuzz/corpus/$$n; \
	done

fuzz-replay: $(FUZZ_REPLAYS)
	@set -e; for n in $(FUZZ_NAMES); do $(B)/fuzz/$${n}_replay tests/fuzz/corpus/$$n; done

$(FUZZ_B)/obj/gen/sluis.pb-c.o: $(B)/gen/sluis.pb-c.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -w -c -o $@ $<

$(FUZZ_B)/obj/%.o: %.c $(B)/gen/sluis.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC  $< (fuzz)"
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -Wall -Wextra -c -o $@ $<

$(FUZZ_B)/libfuzzed.a: $(FUZZ_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

$(FUZZ_B)/%_fuzz: $(FUZZ_B)/obj/tests/fuzz/%_fuzz.o $(FUZZ_B)/libfuzzed.a
	@echo "  LD  $@"
	$(Q)$(FUZZ_CC) -pthread -fsanitize=fuzzer,address,undefined -o $@ $^ $(PROTO_LIBS)

$(B)/fuzz/%_replay: $(B)/obj/tests/fuzz/%_fuzz.o $(B)/obj/tests/fuzz/replay.o $(B)/libtest.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PROTO_LIBS)

-include $(shell find $(FUZZ_B)/obj -name '*.d' 2>/dev/null)
