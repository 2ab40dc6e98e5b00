/* memory.h - memory for every thread but the audio thread. Lathe has one policy: when there
 * is none left, a sentence goes to the log and the process ends with exit status 1, so that
 * systemd starts it again. No caller checks for NULL. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_MEMORY_H
#define LATHE_BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory for free(): never NULL, not even for no bytes. */
void *memory_zeroed(size_t count, size_t size);
/* Grows or shrinks `old` (may be NULL) to `count` elements of `size` bytes. New bytes are
 * not zeroed. Never NULL. */
void *memory_resize(void *old, size_t count, size_t size);
/* A copy of the string for free(). */
char *memory_string(const char *string);
/* Printed like printf, for free(). */
char *memory_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Ends the process with the sentence: for calls of libraries that return NULL when memory
 * is short. `wanted` says for what. */
_Noreturn void memory_out(const char *wanted);

#endif
