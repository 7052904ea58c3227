# SPDX-License-Identifier: EUPL-1.2
# sluis-reader: reads documents that go through sluis, behind walls (client/reader/reader.h). Installed where libsluis looks.
# Where its libraries are missing the rest is built all the same, and says everywhere that PDF and DOCX are not searched.
READER_SRC := $(sort $(wildcard client/reader/*.c))
READER_PACKAGES := libzip libxml-2.0 libseccomp
READER_THERE := $(shell pkg-config --exists $(READER_PACKAGES) && echo yes)

.PHONY: reader-missing install-reader
all: $(if $(READER_THERE),$(B)/sluis-reader,reader-missing)
check-build: $(B)/sluis-reader

reader-missing:
	@echo "sluis-reader is NOT built, PDF and DOCX will not be searched: run deploy/dependencies.sh build" >&2

$(B)/obj/client/reader/%.o: CFLAGS += $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(READER_PACKAGES)))
$(B)/sluis-reader: $(call obj,$(READER_SRC))
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lzip -lxml2 -lseccomp && chmod 755 $@ # others may not change it: libsluis looks

# A test looks beside itself.
$(B)/tests/sluis-reader: $(B)/sluis-reader
	@mkdir -p $(@D)
	$(Q)ln -sf ../sluis-reader $@
$(B)/tests/content_test $(B)/tests/content_bsn_test: | $(B)/tests/sluis-reader
$(B)/tests/reader_wall_test: $(B)/obj/client/reader/wall.o
$(B)/tests/reader_wall_test: LDFLAGS += $(B)/obj/client/reader/wall.o -lseccomp

install: install-reader
install-reader: all
	$(if $(READER_THERE),install -D -m 755 $(B)/sluis-reader $(DESTDIR)$(PREFIX)/libexec/sluis/sluis-reader,@true)
