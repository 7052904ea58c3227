# SPDX-License-Identifier: EUPL-1.2
# What one message costs: make message-bench. The worked examples by another reader: make examples-check.
.PHONY: message-bench examples-check

$(B)/bench/message_bench: $(B)/obj/tests/bench/message_bench.o $(B)/libtest.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PROTO_LIBS)

message-bench: $(B)/bench/message_bench
	$<

examples-check:
	python3 tests/interop/examples.py
