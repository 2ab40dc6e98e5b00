/* fuzz_config.c - any bytes as a config: a rack or complaints, never harm. libFuzzer:
 *   make fuzz SECONDS=60 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/config/print.h"
#include "daemon/config/config.h"
#include "tests/support/model_modules.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Loads `bytes` by way of a file in memory. */
static struct rack *load(const void *bytes, size_t size, struct complaints *complaints)
{
	char path[64];
	int fd = memfd_create("config", 0);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct rack *rack = config_load(path, complaints);
	close(fd);
	return rack;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct complaints complaints = { 0 };
	struct text printed = { 0 }, again = { 0 };
	struct rack *rack = load(bytes, size, &complaints);

	/* Either a rack, or words. */
	if (!rack == !complaints.count)
		abort();
	if (rack) {
		config_print(rack, &printed);
		struct rack *read = load(printed.bytes, printed.length, &complaints);
		if (!read)
			abort();
		config_print(read, &again);
		if (strcmp(printed.bytes, again.bytes) != 0)
			abort();
		rack_destroy(read);
	}
	rack_destroy(rack);
	text_finish(&printed);
	text_finish(&again);
	text_finish(&complaints.text);
	return 0;
}
