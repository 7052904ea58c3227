# SPDX-License-Identifier: EUPL-1.2
# make            build everything into $(B)
# make demo       the main job, end to end, on this machine
# make check      all tests        make lint, make fuzz, make mutate, make bench, make soak
# SAN=address,undefined   build and test under sanitizers, in a folder of its own
# (project folders are searched with -iquote, so that proto/limits.h never hides <limits.h>)
# V=1 shows commands; CC=clang builds with clang in a folder of its own
SHELL := /bin/bash
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
comma := ,
B ?= build$(if $(filter-out gcc,$(notdir $(CC))),-$(notdir $(CC)))$(if $(SAN),-$(subst $(comma),-,$(SAN)))
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
PREFIX ?= /usr/local

WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wcast-qual -Wformat=2 -Wvla -Wundef -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
	$(if $(findstring clang,$(CC)),,-ftrivial-auto-var-init=zero) $(if $(SAN),,-D_FORTIFY_SOURCE=2)
OPT ?= -O2
CFLAGS_ALL = -std=c17 -D_GNU_SOURCE $(OPT) -g -fPIC -fvisibility=hidden -pthread -MMD -MP $(HARDEN) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) \
	-iquote proto -iquote proto/policy -iquote daemon -iquote client/lib -iquote tests/lib \
	-Iclient/include -iquote $(B)/gen $(CFLAGS)
LDFLAGS_ALL = -pthread -Wl,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

PROTO_LIBS := -lprotobuf-c -lsodium -lcrypto -lyaml
CLIENT_LIBS := $(PROTO_LIBS) -lzmq -ljansson -lqrencode
DAEMON_LIBS := $(PROTO_LIBS) -lzmq -lsqlite3 -lsystemd

PROTO_SRC := $(sort $(wildcard proto/*.c proto/policy/*.c))
LIB_SRC := $(sort $(wildcard client/lib/*.c))
CLI_SRC := $(sort $(wildcard client/cli/*.c))
TESTKIT_SRC := $(sort $(wildcard tests/testkit/*.c))
DAEMON_SRC := $(sort $(wildcard daemon/*.c daemon/*/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c))
TEST_SRC := $(sort $(wildcard tests/lib/*.c))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
GEN_OBJ := $(B)/obj/gen/sluis.pb-c.o
PROTO_OBJ := $(GEN_OBJ) $(call obj,$(PROTO_SRC))
LIB_OBJ := $(call obj,$(LIB_SRC))
DAEMON_OBJ := $(call obj,$(DAEMON_SRC))

PROGRAMS := $(B)/sluis $(B)/sluisd $(B)/sluis-testkit
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNIT_SRC))

.PHONY: all check lint fuzz bench demo install mutate soak clean unit
all: $(PROGRAMS) $(B)/libsluis.so

include $(sort $(wildcard mk/*.mk))

$(B)/gen/sluis.pb-c.c $(B)/gen/sluis.pb-c.h &: proto/sluis.proto
	@mkdir -p $(B)/gen
	@echo "  GEN $<"
	$(Q)protoc-c --c_out=$(B)/gen --proto_path=proto proto/sluis.proto

$(GEN_OBJ): $(B)/gen/sluis.pb-c.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -w -c -o $@ $<

$(B)/obj/%.o: %.c $(B)/gen/sluis.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC  $<"
	$(Q)$(CC) $(CFLAGS_ALL) $(WARN) -c -o $@ $<

$(B)/libproto.a: $(PROTO_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
$(B)/libclient.a: $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
# Everything of the daemon but main(), so that tests can link any module.
$(B)/libdaemon.a: $(filter-out $(B)/obj/daemon/main.o,$(DAEMON_OBJ))
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/libsluis.so: $(LIB_OBJ) $(PROTO_OBJ) client/lib/sluis.map
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -shared -Wl,-soname,libsluis.so.1 -Wl,--version-script=client/lib/sluis.map \
		-o $@ $(LIB_OBJ) $(PROTO_OBJ) $(CLIENT_LIBS)
	$(Q)ln -sf libsluis.so $(B)/libsluis.so.1

$(B)/sluis: $(call obj,$(CLI_SRC)) $(B)/libclient.a $(B)/libproto.a
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(call obj,$(CLI_SRC)) $(B)/libclient.a $(B)/libproto.a $(CLIENT_LIBS)
$(B)/sluisd: $(B)/obj/daemon/main.o $(B)/libdaemon.a $(B)/libproto.a
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< $(B)/libdaemon.a $(B)/libproto.a $(DAEMON_LIBS)
$(B)/sluis-testkit: $(call obj,$(TESTKIT_SRC)) $(B)/libproto.a
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(call obj,$(TESTKIT_SRC)) $(B)/libproto.a $(PROTO_LIBS) -ljansson -lz

# What tests share: a federation in memory.
$(B)/libtest.a: $(call obj,$(TEST_SRC))
	$(Q)rm -f $@ && ar rcs $@ $^

# A unit test links its own object and, of the archives, only what that needs.
$(B)/tests/%_test: $(B)/obj/tests/unit/%_test.o $(B)/libtest.a $(B)/libdaemon.a $(B)/libclient.a $(B)/libproto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< $(B)/libtest.a $(B)/libdaemon.a $(B)/libclient.a $(B)/libproto.a \
		-lcmocka $(CLIENT_LIBS) $(DAEMON_LIBS)

unit: $(UNIT_TESTS)
	@set -e; for t in $(UNIT_TESTS); do echo "== $$t"; $$t; done

clean:
	rm -rf build build-*

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
.SECONDARY:
