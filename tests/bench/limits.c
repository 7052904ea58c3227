/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * limits - what nobody can beat: bare fdatasync of one record, bare Ed25519 verification on one core. limits DIR SECONDS.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
syncs(const char *dir, double seconds)
{
	static char record[4096];
	char path[512];
	double start;
	size_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/limits.log", dir);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, 1 << 20) != 0 || fsync(fd) != 0 || unlink(path) != 0)
		exit(1);
	for (start = now_s(); now_s() - start < seconds; n++) {
		if (pwrite(fd, record, sizeof(record), (off_t)(n % 256 * sizeof(record))) < 0 || fdatasync(fd) != 0)
			exit(1);
	}
	close(fd);
	return (double)n / (now_s() - start);
}

static double
verifies(double seconds)
{
	unsigned char public[32], secret[64], message[160], signature[64];
	unsigned long long len;
	double start;
	size_t n = 0;

	crypto_sign_keypair(public, secret);
	randombytes_buf(message, sizeof(message));
	crypto_sign_detached(signature, &len, message, sizeof(message), secret);
	for (start = now_s(); now_s() - start < seconds; n++) {
		if (crypto_sign_verify_detached(signature, message, sizeof(message), public) != 0)
			exit(1);
	}
	return (double)n / (now_s() - start);
}

int
main(int argc, char **argv)
{
	if (argc != 3 || sodium_init() < 0)
		return 2;
	printf("fdatasync_per_s %.0f\n", syncs(argv[1], strtod(argv[2], NULL)));
	printf("ed25519_verify_per_s %.0f\n", verifies(strtod(argv[2], NULL)));
	return 0;
}
