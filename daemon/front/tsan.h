/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tsan - tell ThreadSanitizer what libzmq, which it cannot see into, does: hand memory from one thread to another.
 */
#ifndef SLUISD_FRONT_TSAN_H
#define SLUISD_FRONT_TSAN_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FRONT_TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define FRONT_TSAN 1
#endif

#ifdef FRONT_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define TSAN_ACQUIRE(address) __tsan_acquire(address)
#define TSAN_RELEASE(address) __tsan_release(address)
#else
#define TSAN_ACQUIRE(address) ((void)(address))
#define TSAN_RELEASE(address) ((void)(address))
#endif

#endif
