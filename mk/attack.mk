# SPDX-License-Identifier: EUPL-1.2
# Programs of the attack tests: a client and a broker that lie. make attack runs them all against a practice region.
ATTACK_PROGRAMS := $(B)/attack/evil_client $(B)/attack/lying_proxy

.PHONY: attack attack-build

attack-build: $(ATTACK_PROGRAMS)
check-build: attack-build

EVIL_PARTS := evil_client evil_acts evil_message evil_record
LYING_PARTS := lying_proxy lying_log evil_record
$(B)/attack/evil_client: $(EVIL_PARTS:%=$(B)/obj/tests/attack/%.o)
$(B)/attack/lying_proxy: $(LYING_PARTS:%=$(B)/obj/tests/attack/%.o)
$(ATTACK_PROGRAMS): $(B)/libclient.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(B)/libclient.a $(B)/libproto.a $(CLIENT_LIBS)

attack: attack-build $(B)/sluis $(B)/sluisd
	B=$(B) tests/attack/run.sh
