# SPDX-License-Identifier: EUPL-1.2
# A client and a broker that decide nothing, for tests/attack/grounds.sh and cases.sh.
BLIND := $(B)/attack/blind/sluis $(B)/attack/blind/sluisd
BLIND_WRAP := -Wl,--wrap=sluis_policy_decide -Wl,--wrap=sluis_policy_decide_release \
	-Wl,--wrap=sluis_policy_deliveries
BLIND_OBJ := $(B)/obj/tests/attack/blind.o

.PHONY: blind-build
blind-build: $(BLIND)
attack-build: blind-build

$(B)/attack/blind/sluis: $(call obj,$(CLI_SRC)) $(BLIND_OBJ) $(B)/libclient.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) $(BLIND_WRAP) -o $@ $(call obj,$(CLI_SRC)) $(BLIND_OBJ) $(B)/libclient.a $(B)/libproto.a \
		$(CLIENT_LIBS)
$(B)/attack/blind/sluisd: $(B)/obj/daemon/main.o $(BLIND_OBJ) $(B)/obj/tests/attack/blind_link.o $(B)/libdaemon.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) $(BLIND_WRAP) -Wl,--wrap=link_fact -o $@ $(filter %.o,$^) $(B)/libdaemon.a $(B)/libproto.a $(DAEMON_LIBS)

# A broker that says "done" of what it refused, for tests/attack/flattered.sh.
FLATTER := $(B)/attack/flatter/sluis $(B)/attack/flatter/sluisd
attack-build: $(FLATTER)
$(B)/attack/flatter/sluisd: $(B)/obj/daemon/main.o $(B)/obj/tests/attack/flatter.o $(B)/libdaemon.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -Wl,--wrap=replay_refuse -o $@ $(filter %.o,$^) $(B)/libdaemon.a $(B)/libproto.a $(DAEMON_LIBS)
$(B)/attack/flatter/sluis: $(B)/sluis
	@mkdir -p $(@D)
	$(Q)ln -sf ../../sluis $@
