# SPDX-License-Identifier: EUPL-1.2
# Texts: `make texts` lists what client/ and proto/err.h want translated and po/nl.po lacks.
# make install [PREFIX=/usr/local] [DESTDIR=]: programs, library, header, pkg-config, policy, units, catalogue, man pages, completion.
$(B)/locale/nl/LC_MESSAGES/sluis.mo: po/nl.po
	@mkdir -p $(@D)
	@echo "  MSG $<"
	$(Q)msgfmt --check -o $@ $<
all: $(B)/locale/nl/LC_MESSAGES/sluis.mo

UNITDIR ?= $(PREFIX)/lib/systemd/system
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
install: all
	install -D -m 755 $(B)/sluis $(DESTDIR)$(PREFIX)/bin/sluis
	install -D -m 755 $(B)/sluisd $(DESTDIR)$(PREFIX)/sbin/sluisd
	install -D -m 755 $(B)/libsluis.so $(DESTDIR)$(PREFIX)/lib/libsluis.so.1
	ln -sf libsluis.so.1 $(DESTDIR)$(PREFIX)/lib/libsluis.so
	install -D -m 644 client/include/sluis.h $(DESTDIR)$(PREFIX)/include/sluis.h
	mkdir -p $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|' client/sluis.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/sluis.pc
	install -D -m 644 config/policy.yaml $(DESTDIR)$(PREFIX)/share/sluis/policy.yaml
	install -D -m 644 $(B)/locale/nl/LC_MESSAGES/sluis.mo \
		$(DESTDIR)$(PREFIX)/share/locale/nl/LC_MESSAGES/sluis.mo
	install -D -m 644 deploy/systemd/sluisd.sysusers $(DESTDIR)$(SYSUSERSDIR)/sluisd.conf
	install -D -m 644 config/sluisd.yaml $(DESTDIR)$(PREFIX)/share/sluis/sluisd.yaml
	install -D -m 644 deploy/systemd/sluisd.socket $(DESTDIR)$(UNITDIR)/sluisd.socket
	install -D -m 644 deploy/systemd/port-443.conf $(DESTDIR)$(PREFIX)/share/sluis/port-443.conf
	install -D -m 755 deploy/notify.sh $(DESTDIR)$(PREFIX)/lib/sluis/notify
	install -D -m 644 deploy/systemd/sluis-inbox.timer $(DESTDIR)$(USERUNITDIR)/sluis-inbox.timer
	sed 's|/usr/bin/sluis|$(PREFIX)/bin/sluis|g; s|/usr/lib/sluis/|$(PREFIX)/lib/sluis/|g' deploy/systemd/sluis-inbox.service \
		> $(DESTDIR)$(USERUNITDIR)/sluis-inbox.service
	install -D -m 644 deploy/man/sluis.1 $(DESTDIR)$(PREFIX)/share/man/man1/sluis.1
	install -D -m 644 deploy/man/sluisd.8 $(DESTDIR)$(PREFIX)/share/man/man8/sluisd.8
	install -D -m 644 deploy/completion/sluis $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sluis
	install -D -m 644 deploy/completion/sluis $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sluis
	mkdir -p $(DESTDIR)$(UNITDIR)
	sed 's|/usr/sbin/sluisd|$(PREFIX)/sbin/sluisd|g' deploy/systemd/sluisd.service \
		> $(DESTDIR)$(UNITDIR)/sluisd.service

.PHONY: texts
texts:
	$(Q)xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=X:4 --language=C --no-location \
		-o $(B)/sluis.pot client/lib/*.c client/cli/*.c proto/err.h
	$(Q)msgmerge -q -o $(B)/nl.po po/nl.po $(B)/sluis.pot
	$(Q)msgfmt --check --statistics -o /dev/null $(B)/nl.po 2>&1 | tee $(B)/texts
	$(Q)! grep -q -e untranslated -e fuzzy $(B)/texts
