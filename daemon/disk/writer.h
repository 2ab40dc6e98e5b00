/* writer.h - files written whole by a thread of their own, so that the control thread never
 * waits for a disk: a temporary file, fsync, rename. */
#ifndef LATHE_DISK_WRITER_H
#define LATHE_DISK_WRITER_H

#include "daemon/base/text.h"

#include <stdint.h>

enum { WRITES_MAX = 64 }; /* under way */

struct writer;

/* What came of a write. */
struct written {
	uint64_t serial;
	char error[200]; /* "": it is on the disk */
};

struct writer *writer_create(void);
/* Writes what waits, then ends. */
void writer_destroy(struct writer *writer);
/* Takes the text over. Serial of the write, or 0: too many are under way. */
uint64_t writer_put(struct writer *writer, const char *path, struct text *text);
int writer_busy(const struct writer *writer); /* writes whose outcome is not taken */
/* The next outcome; `wait`: until there is one. False: none. */
bool writer_next(struct writer *writer, bool wait, struct written *written);

#endif
