/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * floor - the smallest honest broker: CURVE, one Ed25519 check a push, Merkle hashing, synced group commit, one signed head a batch.
 *
 * No policy, no replay check, no store, no log openings: what is left when a broker only verifies and remembers. Client and
 * server in one process, as the measured daemon shares the machine with its load. floor DIR CLIENTS WINDOW SECONDS BYTES.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <sodium.h>
#include <zmq.h>

enum { BATCH_MAX = 1024, CLIENTS_MAX = 16, WINDOW_MAX = 64, LOG_BYTES = 256 << 20, TURN = 64 };

static char server_public[41], server_secret[41], endpoint[128];
static unsigned char sign_public[32], sign_secret[64];
static atomic_bool stopping;
static size_t size;
static const char *dir;

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "floor: error: %s\n", what);
	exit(1);
}

/* ---- the broker ---- */

struct waiting {
	zmq_msg_t route;
	zmq_msg_t push;
};

static void
hash_in(EVP_MD_CTX *ctx, const unsigned char *push, unsigned char root[65])
{
	static const unsigned char zero;
	unsigned int len;

	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	EVP_DigestUpdate(ctx, &zero, 1);
	EVP_DigestUpdate(ctx, push, size);
	EVP_DigestFinal_ex(ctx, root + 33, &len);
	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	EVP_DigestUpdate(ctx, root, 65);
	EVP_DigestFinal_ex(ctx, root + 1, &len);
}

static bool
take_one(void *socket, struct waiting *w)
{
	const unsigned char *push;

	zmq_msg_init(&w->route);
	if (zmq_msg_recv(&w->route, socket, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(&w->route);
		return false;
	}
	zmq_msg_init(&w->push);
	must(zmq_msg_recv(&w->push, socket, 0) == (int)size, "a push of another size");
	push = zmq_msg_data(&w->push);
	must(crypto_sign_verify_detached(push, push + 64, size - 64, sign_public) == 0, "a signature");
	return true;
}

static int
open_log(void)
{
	static char zeros[1 << 20];
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/floor.log", dir);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	must(fd >= 0, "the log");
	for (size_t i = 0; i < LOG_BYTES / sizeof(zeros); i++)
		must(write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros), "preallocating");
	must(fsync(fd) == 0 && unlink(path) == 0, "the log");
	return fd;
}

static void
commit(int fd, off_t *at, struct waiting *batch, size_t n, unsigned char *buffer)
{
	for (size_t i = 0; i < n; i++)
		memcpy(buffer + i * size, zmq_msg_data(&batch[i].push), size);
	if (*at + (off_t)(n * size) > LOG_BYTES)
		*at = 0;
	must(pwrite(fd, buffer, n * size, *at) == (ssize_t)(n * size) && fdatasync(fd) == 0, "the sync");
	*at += (off_t)(n * size);
}

static int log_fd;

static void *
serve(void *socket)
{
	static struct waiting batch[BATCH_MAX];
	unsigned char *buffer = malloc(BATCH_MAX * size), root[65] = { 1 }, head[128] = { 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned long long len;
	const int fd = log_fd;
	off_t at = 0;

	must(buffer != NULL && ctx != NULL, "memory");
	while (!atomic_load(&stopping)) {
		zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
		size_t n = 0;

		zmq_poll(&item, 1, 100);
		while (n < BATCH_MAX && take_one(socket, &batch[n]))
			hash_in(ctx, zmq_msg_data(&batch[n++].push), root);
		if (n == 0)
			continue;
		commit(fd, &at, batch, n, buffer);
		memcpy(head, root + 1, 64);
		crypto_sign_detached(head + 64, &len, head, 64, sign_secret);
		for (size_t i = 0; i < n; i++) {
			zmq_msg_send(&batch[i].route, socket, ZMQ_SNDMORE);
			zmq_send(socket, head, sizeof(head), 0);
			zmq_msg_close(&batch[i].push);
		}
	}
	close(fd);
	EVP_MD_CTX_free(ctx);
	free(buffer);
	return NULL;
}

/* ---- the load ---- */

struct load {
	pthread_t thread;
	void *context;
	size_t window;
	double seconds;
	size_t answered;
	unsigned char *pushes; /* TURN signed pushes, used in turn */
};

static void *
push(void *context)
{
	struct load *l = context;
	char public[41], secret[41], answer[256];
	void *s = zmq_socket(l->context, ZMQ_DEALER);
	const int none = 0;
	const double start = now_s();
	size_t sent = 0, got = 0;

	must(zmq_curve_keypair(public, secret) == 0 &&
		zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, server_public, 41) == 0 &&
		zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, public, 41) == 0 &&
		zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, secret, 41) == 0 &&
		zmq_setsockopt(s, ZMQ_LINGER, &none, sizeof(none)) == 0 && zmq_connect(s, endpoint) == 0,
	    "a client");
	while (now_s() - start < l->seconds || got < sent) {
		while (now_s() - start < l->seconds && sent - got < l->window)
			must(zmq_send(s, l->pushes + sent++ % TURN * size, size, 0) >= 0, "sending");
		if (got < sent && zmq_recv(s, answer, sizeof(answer), 0) > 0)
			got++;
	}
	l->seconds = now_s() - start;
	l->answered = got;
	zmq_close(s);
	return NULL;
}

static unsigned char *
make_pushes(void)
{
	unsigned char *pushes = malloc(TURN * size);
	unsigned long long len;

	must(pushes != NULL, "memory");
	randombytes_buf(pushes, TURN * size);
	for (size_t i = 0; i < TURN; i++)
		crypto_sign_detached(pushes + i * size, &len, pushes + i * size + 64, size - 64, sign_secret);
	return pushes;
}

int
main(int argc, char **argv)
{
	static struct load loads[CLIENTS_MAX];
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_ROUTER), *clients = zmq_ctx_new();
	const int one = 1, none = 0;
	size_t n, total = 0, len = sizeof(endpoint);
	double seconds = 0;
	pthread_t server;

	must(argc == 6 && sodium_init() >= 0, "usage: floor DIR CLIENTS WINDOW SECONDS BYTES");
	dir = argv[1];
	n = strtoul(argv[2], NULL, 10);
	size = strtoul(argv[5], NULL, 10);
	must(n >= 1 && n <= CLIENTS_MAX && size > 64, "1 to 16 clients");
	crypto_sign_keypair(sign_public, sign_secret);
	must(zmq_curve_keypair(server_public, server_secret) == 0 &&
		zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) == 0 &&
		zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0 &&
		zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, server_secret, 41) == 0 &&
		zmq_bind(socket, "tcp://127.0.0.1:*") == 0 &&
		zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &len) == 0,
	    "the server");
	log_fd = open_log(); /* before the clock runs */
	must(pthread_create(&server, NULL, serve, socket) == 0, "a thread");
	for (size_t i = 0; i < n; i++) {
		loads[i] = (struct load){ .context = clients, .window = strtoul(argv[3], NULL, 10),
			.seconds = strtod(argv[4], NULL), .pushes = make_pushes() };
		must(pthread_create(&loads[i].thread, NULL, push, &loads[i]) == 0, "a thread");
	}
	for (size_t i = 0; i < n; i++) {
		pthread_join(loads[i].thread, NULL);
		total += loads[i].answered;
		seconds = loads[i].seconds > seconds ? loads[i].seconds : seconds;
		free(loads[i].pushes);
	}
	atomic_store(&stopping, true);
	pthread_join(server, NULL);
	printf("pushes_per_s %.0f\n", (double)total / seconds);
	zmq_close(socket);
	zmq_ctx_term(clients);
	zmq_ctx_term(context);
	return 0;
}
