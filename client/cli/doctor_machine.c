/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"
#include "doctor.h"
#include "document.h"
#include "machine.h"
#include "profile_files.h"
#include "profile_json.h"
#include "reach.h"

#define PDFTOTEXT "/usr/bin/pdftotext" /* what sluis-reader starts */

enum { REACH_MS = 3000, HANDSHAKE_MS = 4000, PROFILE_MAX = 256 * 1024, KEY_DIGITS = 16 };

/* ---- this machine ---- */

static void
say_modes(struct doctor *doctor)
{
	struct doctor_finding f = { .code = "file-modes", .check = _("profile and key files") };
	const char *dir = doctor->cli->profile;
	char name[SLUIS_MACHINE_NAME];
	const enum sluis_machine_modes modes = sluis_machine_modes(dir, name);

	f.state = modes == SLUIS_MODES_OK ? DOCTOR_OK : DOCTOR_WRONG;
	switch (modes) {
	case SLUIS_MODES_OK:
		break;
	case SLUIS_MODES_NO_PROFILE:
		snprintf(f.why, sizeof(f.why), "%s", _("there is no profile in this folder"));
		snprintf(f.mend, sizeof(f.mend), "sluis --profile %s init --invite FILE", dir); /* not for people */
		break;
	case SLUIS_MODES_NO_KEYS:
		snprintf(f.why, sizeof(f.why), "%s", _("secret.json is gone: this profile has no keys"));
		snprintf(f.mend, sizeof(f.mend), "sluis profile restore FILE --profile DIR"); /* not for people */
		break;
	case SLUIS_MODES_OPEN:
		snprintf(f.why, sizeof(f.why), _("%.200s is open to others"), name);
		snprintf(f.mend, sizeof(f.mend), "chmod -R go-rwx %s", dir);
		break;
	case SLUIS_MODES_OWNER:
		snprintf(f.why, sizeof(f.why), _("%.200s belongs to another user"), name);
		snprintf(f.mend, sizeof(f.mend), "sudo chown -R $(id -u):$(id -g) %s", dir);
		break;
	}
	doctor_say(doctor, &f);
}

static void
say_space(struct doctor *doctor)
{
	struct doctor_finding f = { .code = "disk-space", .check = _("disk space") };
	const enum sluis_machine_space space = sluis_machine_space(doctor->cli->profile);

	f.state = DOCTOR_WRONG;
	snprintf(f.mend, sizeof(f.mend), "du -xhd2 \"$(stat -c %%m %s)\" | sort -h | tail", doctor->cli->profile);
	switch (space) {
	case SLUIS_SPACE_OK:
		f.state = DOCTOR_OK;
		break;
	case SLUIS_SPACE_LITTLE:
		f.state = DOCTOR_WARNING;
		snprintf(f.why, sizeof(f.why), _("less than %d MiB left where the profile is"), SLUIS_MACHINE_SPACE_MIN_MIB);
		break;
	case SLUIS_SPACE_FULL:
		snprintf(f.why, sizeof(f.why), "%s", _("the disk is full: nothing can be sent or received; remove what is large"));
		break;
	case SLUIS_SPACE_READONLY:
		snprintf(f.why, sizeof(f.why), "%s", _("the file system of the profile cannot be written to"));
		snprintf(f.mend, sizeof(f.mend), "sudo mount -o remount,rw \"$(stat -c %%m %s)\"", doctor->cli->profile);
		break;
	case SLUIS_SPACE_UNKNOWN:
		snprintf(f.why, sizeof(f.why), "%s", _("no file can be written in the profile"));
		snprintf(f.mend, sizeof(f.mend), "ls -ld %s", doctor->cli->profile);
		break;
	}
	doctor_say(doctor, &f);
}

/* Nothing here is ours to forbid: they are warnings. */
static void
say_memory(struct doctor *doctor)
{
	struct doctor_finding swap = { .code = "swap", .check = _("memory stays in memory") };
	struct doctor_finding cores = { .code = "core-dumps", .check = _("no core files") };
	char name[SLUIS_MACHINE_NAME];

	if (sluis_machine_swap(name)) {
		swap.state = DOCTOR_WARNING;
		snprintf(swap.why, sizeof(swap.why),
		    _("%.200s is swap that is not encrypted: what was read may be found on the disk later"), name);
		snprintf(swap.mend, sizeof(swap.mend), "sudo swapoff %s", name);
	} else if (!sluis_machine_locks()) {
		swap.state = DOCTOR_WARNING;
		snprintf(swap.why, sizeof(swap.why), "%s", _("keys cannot be locked in memory: the limit is too low"));
		snprintf(swap.mend, sizeof(swap.mend), "ulimit -l 1024"); /* not for people */
	}
	doctor_say(doctor, &swap);
	if (sluis_machine_cores()) {
		cores.state = DOCTOR_WARNING;
		snprintf(cores.why, sizeof(cores.why), "%s",
		    _("programs that you start here (a reader, an editor) leave what they had open in a core file when they crash"));
		snprintf(cores.mend, sizeof(cores.mend),
		    "ulimit -c 0; echo '* hard core 0' | sudo tee /etc/security/limits.d/no-cores.conf"); /* not for people */
	}
	doctor_say(doctor, &cores);
}

/* Without it a PDF or DOCX goes without having been searched for a BSN. */
static void
say_reader(struct doctor *doctor)
{
	struct doctor_finding f = { .code = "document-reader", .check = _("reader of documents") };
	struct sluis_document document = { .line = 0 };

	if (sluis_document_read(SLUIS_DOCUMENT_XML, sluis_bytes_text("<a/>"), &document) != SLUIS_OK ||
	    document.state != SLUIS_DOCUMENT_READ || access(PDFTOTEXT, X_OK) != 0) {
		f.state = DOCTOR_WARNING;
		snprintf(f.why, sizeof(f.why), "%s", _("PDF and DOCX are not searched for a BSN"));
		snprintf(f.mend, sizeof(f.mend), "apt-get install poppler-utils; make install"); /* not for people */
	}
	sluis_document_done(&document);
	doctor_say(doctor, &f);
}

void
doctor_machine(struct doctor *doctor)
{
	say_modes(doctor);
	say_space(doctor);
	say_memory(doctor);
	say_reader(doctor);
}

/* ---- the way to the broker ---- */

/* The first endpoint that is open counts; else what is wrong with the last. */
static enum sluis_reach
try_all(const struct sluis_profile_identity *identity, struct sluis_reach_place *ret, size_t *ret_index)
{
	enum sluis_reach reach = SLUIS_REACH_NO_ADDRESS;

	for (size_t i = 0; i < identity->n_endpoints && reach != SLUIS_REACH_OPEN; i++) {
		reach = sluis_reach_try(identity->endpoints[i], REACH_MS, ret);
		*ret_index = i;
	}
	return reach;
}

static void
say_name(struct doctor *doctor, enum sluis_reach reach, const struct sluis_reach_place *place)
{
	struct doctor_finding f = { .code = "broker-name", .check = _("the broker's name") };

	if (reach == SLUIS_REACH_NO_NAME || reach == SLUIS_REACH_NO_RESOLVER) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), reach == SLUIS_REACH_NO_NAME ? _("the name %s is not found") :
									      _("no name server answers about %s"),
		    place->host);
		if (reach == SLUIS_REACH_NO_NAME)
			snprintf(f.mend, sizeof(f.mend), "getent ahosts %s; sudo resolvectl flush-caches", place->host); /* not for people */
		else
			snprintf(f.mend, sizeof(f.mend), "sudo systemctl restart systemd-resolved; getent ahosts %s", place->host); /* not for people */
	} else if (reach == SLUIS_REACH_NO_ADDRESS) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), "%s", _("the profile names no address of the form tcp://HOST:PORT"));
		snprintf(f.mend, sizeof(f.mend), "sluis profile restore FILE --profile DIR"); /* not for people */
	}
	doctor_say(doctor, &f);
}

static void
say_port(struct doctor *doctor, enum sluis_reach reach, const struct sluis_reach_place *place)
{
	struct doctor_finding f = { .code = "broker-port", .check = _("the broker's port"), .state = DOCTOR_WRONG };

	switch (reach) {
	case SLUIS_REACH_OPEN:
		f.state = DOCTOR_OK;
		break;
	case SLUIS_REACH_CLOSED:
		snprintf(f.why, sizeof(f.why), _("nobody listens at %s, port %s"), place->host, place->port);
		snprintf(f.mend, sizeof(f.mend), "%s", _("on the broker: systemctl start sluisd.socket"));
		break;
	case SLUIS_REACH_BLOCKED:
		snprintf(f.why, sizeof(f.why), _("%s does not answer at port %s: a firewall blocks it, here or on the way"),
		    place->host, place->port);
		snprintf(f.mend, sizeof(f.mend), "sudo nft insert rule inet filter output tcp dport %s accept", place->port); /* not for people */
		break;
	case SLUIS_REACH_NO_ROUTE:
		snprintf(f.why, sizeof(f.why), _("this machine has no way to %s: it is not on a network"), place->host);
		snprintf(f.mend, sizeof(f.mend), "sudo systemctl restart systemd-networkd NetworkManager; ip route get %s", /* not for people */
		    place->host);
		break;
	case SLUIS_REACH_NO_ADDRESS:
	case SLUIS_REACH_NO_NAME:
	case SLUIS_REACH_NO_RESOLVER:
		return; /* said above */
	}
	doctor_say(doctor, &f);
}

/* A handshake with a key of the moment: whether the other side holds the pinned one shows without any key of ours. */
static void
say_key(struct doctor *doctor, const struct sluis_profile_identity *identity, size_t index)
{
	struct doctor_finding f = { .code = "broker-key", .check = _("the broker's fingerprint") };
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret;
	const char *endpoint = identity->endpoints[index];
	struct sluis_connection_target target = {
		.endpoints = &endpoint, .n_endpoints = 1, .broker = identity->broker_curve, .own_secret = &secret };
	char hex[2 * SLUIS_KEY_BYTES + 1];

	sluis_connection_new_key(&secret, &target.own_public);
	if (sluis_connection_probe(&target, HANDSHAKE_MS) != SLUIS_FOUND_BROKER) {
		sluis_hex(identity->broker_curve.bytes, SLUIS_KEY_BYTES, hex);
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why),
		    _("what answers there does not hold the key that this profile pins (%.*s...): another broker, another program, or somebody in between"),
		    KEY_DIGITS, hex);
		snprintf(f.mend, sizeof(f.mend), "%s",
		    _("ask a registrar by telephone for the fingerprint and a new invite, then: sluis --profile NEW init --invite FILE"));
	}
	doctor_say(doctor, &f);
}

static bool
read_identity(const char *dir, struct sluis_profile_identity *ret)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };
	const bool ok = fd >= 0 && sluis_profile_file_read(fd, "profile.json", PROFILE_MAX, &file) == SLUIS_OK &&
	    sluis_profile_identity_parse(file, ret) == SLUIS_OK;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool
doctor_network(struct doctor *doctor)
{
	struct sluis_profile_identity identity;
	struct sluis_reach_place place = { "", "" };
	enum sluis_reach reach;
	size_t index = 0;

	if (!read_identity(doctor->cli->profile, &identity))
		return false; /* said under files, or when it is opened */
	reach = try_all(&identity, &place, &index);
	say_name(doctor, reach, &place);
	say_port(doctor, reach, &place);
	if (reach == SLUIS_REACH_OPEN)
		say_key(doctor, &identity, index);
	return reach == SLUIS_REACH_OPEN;
}
