/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * zmtp_raw - a client that speaks ZMTP 3.1 with CURVE byte by byte, so that it may lie where libzmq would not.
 *
 * Source: zeromq/rfc 23 (ZMTP 3.1) and 26 (CurveZMQ).
 */
#ifndef ZMTP_RAW_H
#define ZMTP_RAW_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <sodium.h>

#include "base.h"

enum { RAW_MAX = 4096 };

struct raw {
	int fd;
	struct sluis_public key, server, passing_key, server_passing;
	struct sluis_secret32 secret, passing_secret;
	uint64_t nonce;
};

static inline int
raw_tcp(const char *endpoint)
{
	const struct timeval timeout = { .tv_sec = 10 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	unsigned port = 0;
	int fd;

	if (sscanf(endpoint, "tcp://127.0.0.1:%u", &port) != 1)
		abort();
	at.sin_port = htons((uint16_t)port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		abort();
	return fd;
}

static inline bool
raw_write(struct raw *raw, const void *data, size_t len)
{
	return send(raw->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static inline bool
raw_read(struct raw *raw, void *data, size_t len)
{
	return recv(raw->fd, data, len, MSG_WAITALL) == (ssize_t)len;
}

static inline bool
raw_frame(struct raw *raw, uint8_t flags, const uint8_t *data, size_t len)
{
	uint8_t head[9] = { (uint8_t)(flags | (len > 255 ? 2 : 0)) };
	size_t n = 2;

	if (len > 255) {
		for (int i = 0; i < 8; i++)
			head[1 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
		n = 9;
	} else {
		head[1] = (uint8_t)len;
	}
	return raw_write(raw, head, n) && raw_write(raw, data, len);
}

static inline void
raw_nonce(uint8_t nonce[24], const char *prefix, uint64_t number, uint8_t *ret_short)
{
	memcpy(nonce, prefix, 16);
	for (int i = 0; i < 8; i++)
		nonce[16 + i] = (uint8_t)(number >> (56 - 8 * i));
	memcpy(ret_short, nonce + 16, 8);
}

static inline void
raw_box(uint8_t *ret, const uint8_t *plain, size_t len, const uint8_t *nonce, const uint8_t *to,
    const uint8_t *secret)
{
	if (crypto_box_easy(ret, plain, len, nonce, to, secret) != 0)
		abort();
}

/* Appends one property to ${meta}. */
static inline size_t
raw_property(uint8_t *meta, size_t at, const char *name, const void *value, size_t len)
{
	const size_t n = strlen(name);

	meta[at++] = (uint8_t)n;
	memcpy(meta + at, name, n);
	at += n;
	for (int i = 0; i < 4; i++)
		meta[at++] = (uint8_t)(len >> (24 - 8 * i));
	memcpy(meta + at, value, len);
	return at + len;
}

static inline bool
raw_hello(struct raw *raw)
{
	static const uint8_t GREETING[64] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1, 'C', 'U', 'R', 'V', 'E' };
	static const uint8_t ZEROS[64];
	uint8_t theirs[64], hello[200] = "\x05HELLO\x01\x00", nonce[24];

	crypto_box_keypair(raw->passing_key.bytes, raw->passing_secret.bytes);
	memcpy(hello + 80, raw->passing_key.bytes, 32);
	raw_nonce(nonce, "CurveZMQHELLO---", ++raw->nonce, hello + 112);
	raw_box(hello + 120, ZEROS, sizeof(ZEROS), nonce, raw->server.bytes, raw->passing_secret.bytes);
	return raw_write(raw, GREETING, sizeof(GREETING)) && raw_read(raw, theirs, sizeof(theirs)) &&
	    raw_frame(raw, 4, hello, sizeof(hello));
}

static inline bool
raw_initiate(struct raw *raw, const uint8_t *meta, size_t meta_len)
{
	uint8_t welcome[2 + 168], open[128], nonce[24], plain[RAW_MAX], initiate[RAW_MAX + 200] = "\x08INITIATE";
	uint8_t vouch[64];

	if (!raw_read(raw, welcome, sizeof(welcome)))
		return false;
	memcpy(nonce, "WELCOME-", 8);
	memcpy(nonce + 8, welcome + 2 + 8, 16);
	if (crypto_box_open_easy(open, welcome + 2 + 24, 144, nonce, raw->server.bytes, raw->passing_secret.bytes) != 0)
		return false;
	memcpy(raw->server_passing.bytes, open, 32);
	memcpy(plain, raw->key.bytes, 32);
	memcpy(nonce, "VOUCH---", 8);
	randombytes_buf(nonce + 8, 16);
	memcpy(plain + 32, nonce + 8, 16);
	memcpy(vouch, raw->passing_key.bytes, 32);
	memcpy(vouch + 32, raw->server.bytes, 32);
	raw_box(plain + 48, vouch, 64, nonce, raw->server_passing.bytes, raw->secret.bytes);
	memcpy(plain + 128, meta, meta_len);
	memcpy(initiate + 9, open + 32, 96);
	raw_nonce(nonce, "CurveZMQINITIATE", ++raw->nonce, initiate + 105);
	raw_box(initiate + 113, plain, 128 + meta_len, nonce, raw->server_passing.bytes,
	    raw->passing_secret.bytes);
	return raw_frame(raw, 4, initiate, 113 + 16 + 128 + meta_len);
}

/* The whole handshake with the metadata given; true when the server said READY. */
static inline bool
raw_open(struct raw *raw, const char *endpoint, const struct sluis_public *server, const uint8_t *meta, size_t len)
{
	uint8_t head[2], ready[256];

	*raw = (struct raw){ .fd = raw_tcp(endpoint), .server = *server };
	crypto_box_keypair(raw->key.bytes, raw->secret.bytes);
	return raw_hello(raw) && raw_initiate(raw, meta, len) && raw_read(raw, head, sizeof(head)) &&
	    raw_read(raw, ready, head[1]) && memcmp(ready, "\x05READY", 6) == 0;
}

static inline bool
raw_send(struct raw *raw, const uint8_t *data, size_t len)
{
	uint8_t plain[RAW_MAX] = { 0 }, message[RAW_MAX + 64] = "\x07MESSAGE", nonce[24];

	memcpy(plain + 1, data, len);
	raw_nonce(nonce, "CurveZMQMESSAGEC", ++raw->nonce, message + 8);
	raw_box(message + 16, plain, len + 1, nonce, raw->server_passing.bytes, raw->passing_secret.bytes);
	return raw_frame(raw, 0, message, 16 + 16 + len + 1);
}

/* The next message of the server, of one part; its length, 0 for anything else. */
static inline size_t
raw_hear(struct raw *raw, uint8_t *ret, size_t cap)
{
	uint8_t head[2], box[256], nonce[24] = "CurveZMQMESSAGES", plain[256];

	if (!raw_read(raw, head, 2) || head[0] != 0 || !raw_read(raw, box, head[1]) || head[1] < 33)
		return 0;
	memcpy(nonce + 16, box + 8, 8);
	if (crypto_box_open_easy(plain, box + 16, head[1] - 16u, nonce, raw->server_passing.bytes,
	        raw->passing_secret.bytes) != 0 || head[1] - 33u > cap)
		return 0;
	memcpy(ret, plain + 1, head[1] - 33u);
	return head[1] - 33u;
}

static inline void
raw_close(struct raw *raw)
{
	close(raw->fd);
}

#endif
