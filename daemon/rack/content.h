/* content.h - files that nodes play from, each read once and shared by all copies of the rack.
 * Any thread but the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_CONTENT_H
#define LATHE_RACK_CONTENT_H

#include "modules/module.h"

/* A file of this path for nodes of this module, not read yet, with one holder. */
struct file *content_create(const struct module *module, const char *path);
/* One holder more. NULL: nothing. */
struct file *content_hold(struct file *file);
/* One holder less; the last one frees it. NULL: nothing. */
void content_drop(struct file *file);

/* Disk thread: reads it, before anybody else holds it. If `known` (may be NULL) has what the
 * disk still has, its content is not read again: returns true, and the caller can hold
 * `known` in its place. */
bool content_read(struct file *file, const struct file *known);
/* Tells one state of a file on disk from another; 0: not read. */
uint64_t content_stamp(const struct file *file);

#endif
