/* tags_ogg.c - the comment packet of Ogg files: Vorbis and Opus. Not for the audio thread.
 *
 * RFC 3533 (pages), RFC 7845 (Opus), the Vorbis I specification: the first page holds the
 * identification alone; comments begin the second page; the audio begins a page of its
 * own.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags_kinds.h"

#include <unistd.h>

enum { PAGE_HEAD = 27, LACES = 255, PAGE_MOST = PAGE_HEAD + LACES + LACES * 255 };

struct page {
	uint8_t bytes[PAGE_MOST];
	size_t head, size; /* of the head with its laces; of all */
};

static bool page_read(int fd, int64_t at, struct page *page)
{
	ssize_t got = pread(fd, page->bytes, PAGE_HEAD, (off_t)at);

	if (got != PAGE_HEAD || memcmp(page->bytes, "OggS", 4) != 0)
		return false;
	const size_t laces = page->bytes[26];
	got = pread(fd, page->bytes + PAGE_HEAD, laces, (off_t)(at + PAGE_HEAD));
	if (got != (ssize_t)laces)
		return false;
	page->head = PAGE_HEAD + laces;
	page->size = page->head;
	for (size_t i = 0; i < laces; i++)
		page->size += page->bytes[PAGE_HEAD + i];
	got = pread(fd, page->bytes + page->head, page->size - page->head,
		    (off_t)(at + (int64_t)page->head));
	return got == (ssize_t)(page->size - page->head);
}

/* Polynomial 0x04c11db7, no reflection. */
static void page_seal(uint8_t *bytes, size_t size)
{
	static uint32_t table[256];
	uint32_t crc = 0;

	for (uint32_t i = 0; i < 256 && !table[255]; i++) {
		uint32_t word = i << 24;
		for (int k = 0; k < 8; k++)
			word = word << 1 ^ (word & 0x80000000u ? 0x04c11db7u : 0);
		table[i] = word;
	}
	memset(bytes + 22, 0, 4);
	for (size_t i = 0; i < size; i++)
		crc = crc << 8 ^ table[(crc >> 24 ^ bytes[i]) & 255];
	for (int i = 0; i < 4; i++)
		bytes[22 + i] = (uint8_t)(crc >> 8 * i);
}

/* The packets of the header after the first page. */
struct headers {
	enum tags_kind kind;
	struct bytes packets[2]; /* comment; Vorbis: setup */
	int64_t from, to;        /* the pages they lie in */
	int pages;
	uint32_t serial;
};

/* Collects whole packets, up to so many. False: the file ends before. */
static bool packets_read(int fd, struct headers *headers, int count)
{
	struct page *page = malloc(sizeof(*page));
	int packet = 0;

	headers->to = headers->from;
	while (page && packet < count && page_read(fd, headers->to, page)) {
		const uint8_t *at = page->bytes + page->head;
		for (size_t i = PAGE_HEAD; i < page->head && packet < count; i++) {
			bytes_add(&headers->packets[packet], at, page->bytes[i]);
			at += page->bytes[i];
			packet += page->bytes[i] < 255;
		}
		headers->to += (int64_t)page->size;
		headers->pages++;
	}
	free(page);
	return packet == count;
}

static bool headers_read(int fd, struct headers *headers)
{
	struct page *page = malloc(sizeof(*page));
	bool good = page && page_read(fd, 0, page);
	const uint8_t *first = good ? page->bytes + page->head : NULL;
	const size_t size = good ? page->size - page->head : 0;

	*headers = (struct headers) { .kind = TAGS_NONE };
	if (size >= 8 && memcmp(first, "OpusHead", 8) == 0)
		headers->kind = TAGS_OPUS;
	else if (size >= 7 && memcmp(first, "\001vorbis", 7) == 0)
		headers->kind = TAGS_VORBIS;
	else if (size >= 5 && memcmp(first, "\177FLAC", 5) == 0)
		headers->kind = TAGS_FLAC;
	if (headers->kind) {
		headers->from = (int64_t)page->size;
		headers->serial = (uint32_t)low_number(page->bytes + 14, 4);
		good = packets_read(fd, headers, headers->kind == TAGS_VORBIS ? 2 : 1);
	} else {
		good = false;
	}
	free(page);
	return good;
}

static void headers_finish(struct headers *headers)
{
	free(headers->packets[0].at);
	free(headers->packets[1].at);
}

/* Bytes before the comments: "OpusTags", "\003vorbis", a FLAC block's head. */
static size_t mark_bytes(enum tags_kind kind)
{
	return kind == TAGS_OPUS ? 8 : kind == TAGS_VORBIS ? 7 : 4;
}

uint8_t *ogg_comment(int fd, size_t *size, enum tags_kind *kind)
{
	struct headers headers;
	uint8_t *comment = NULL;

	if (headers_read(fd, &headers) &&
	    headers.packets[0].count >= mark_bytes(headers.kind)) {
		const size_t mark = mark_bytes(headers.kind);
		*kind = headers.kind;
		*size = headers.packets[0].count - mark;
		comment = headers.packets[0].at;
		memmove(comment, comment + mark, *size);
		headers.packets[0].at = NULL;
	}
	headers_finish(&headers);
	return comment;
}

/* ---- writing --------------------------------------------------------------------- */

/* Packets as pages from number 1 on; returns how many. */
static int pages_write(const struct headers *headers, int count, struct bytes *to)
{
	struct bytes laces = { NULL, 0, 0 }, body = { NULL, 0, 0 };
	size_t lace = 0, at = 0;
	int pages = 0;

	for (int p = 0; p < count; p++) {
		size_t left = headers->packets[p].count;
		for (; left >= 255; left -= 255)
			bytes_low(&laces, 255, 1);
		bytes_low(&laces, left, 1);
		bytes_add(&body, headers->packets[p].at, headers->packets[p].count);
	}
	while (lace < laces.count) {
		const size_t n =
			laces.count - lace < LACES ? laces.count - lace : LACES;
		const size_t begun = to->count;
		size_t size = 0;
		bool ends = false;
		for (size_t i = 0; i < n; i++) {
			size += laces.at[lace + i];
			ends |= laces.at[lace + i] < 255;
		}
		bytes_text(to, "OggS");
		bytes_low(to, 0, 1);
		bytes_low(to, lace > 0 && laces.at[lace - 1] == 255, 1);
		bytes_low(to, ends ? 0 : UINT64_MAX, 8); /* -1: no packet ends here */
		bytes_low(to, headers->serial, 4);
		bytes_low(to, (uint64_t)++pages, 4);
		bytes_low(to, 0, 4);
		bytes_low(to, n, 1);
		bytes_add(to, laces.at + lace, n);
		bytes_add(to, body.at + at, size);
		page_seal(to->at + begun, to->count - begun);
		lace += n;
		at += size;
	}
	free(laces.at);
	free(body.at);
	return pages;
}

/* Numbers the pages from `at` on. */
static bool pages_number(int fd, int64_t at, uint32_t number)
{
	struct page *page = malloc(sizeof(*page));
	const int64_t end = range_end(fd);
	bool good = page;

	while (good && at < end) {
		good = page_read(fd, at, page);
		if (!good)
			break;
		for (int i = 0; i < 4; i++)
			page->bytes[18 + i] = (uint8_t)(number >> 8 * i);
		number++;
		page_seal(page->bytes, page->size);
		good = range_write(fd, at, page->bytes, page->size);
		at += (int64_t)page->size;
	}
	free(page);
	return good;
}

bool ogg_place(const struct tags *tags, int fd, enum tags_kind kind)
{
	struct headers headers;
	struct bytes pages = { NULL, 0, 0 }, packet = { NULL, 0, 0 };
	bool good = headers_read(fd, &headers) && headers.kind == kind;

	if (good) {
		const size_t mark = mark_bytes(kind);
		const struct bytes *old = &headers.packets[0];
		const uint64_t size =
			old->count >= mark + 4 ? low_number(old->at + mark, 4) : 0;
		char *vendor = size <= old->count - mark - 4
				       ? strndup((const char *)old->at + mark + 4,
						 (size_t)size)
				       : strdup("");
		bytes_add(&packet, old->at, mark);
		vorbis_write(tags, vendor ? vendor : "", true, &packet);
		bytes_low(&packet, 1, kind == TAGS_VORBIS); /* Vorbis' framing bit */
		free(vendor);
		free(headers.packets[0].at);
		headers.packets[0] = packet;
		const int count =
			pages_write(&headers, kind == TAGS_VORBIS ? 2 : 1, &pages);
		const int64_t by = (int64_t)pages.count - (headers.to - headers.from);
		good = range_shift(fd, headers.to, by) &&
		       range_write(fd, headers.from, pages.at, pages.count) &&
		       (count == headers.pages ||
			pages_number(fd, headers.to + by, (uint32_t)count + 1));
	}
	headers_finish(&headers);
	free(pages.at);
	return good;
}
