# SPDX-License-Identifier: EUPL-1.2
# The store's schema as C strings, and its bench.
STORE_SCHEMA := $(sort $(wildcard daemon/store/schema/*.sql))

$(B)/gen/store_schema.h: $(STORE_SCHEMA) mk/store.mk
	@mkdir -p $(@D)
	@echo "  GEN $@"
	$(Q){ echo '/* made from daemon/store/schema */'; \
	echo 'static const char *const STORE_SCHEMA[] = {'; \
	for f in $(STORE_SCHEMA); do sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/	"&\\n"/' $$f; echo '	,'; done; \
	echo '};'; } > $@.new && mv $@.new $@

$(B)/obj/daemon/store/sqlite.o: $(B)/gen/store_schema.h

$(B)/bench/store_bench: $(B)/obj/tests/bench/store_bench.o $(B)/libdaemon.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(DAEMON_LIBS)
