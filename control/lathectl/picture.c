/* picture.c - many readings as a picture in characters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/picture.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const double lowest_db = -60;

/* ---- what comes ------------------------------------------------------------------- */

bool vector_read(struct vector *vector, const struct message *message)
{
	const char *path = message_string(message, 0);
	const char *type = message_string(message, 1);
	const char *unit = message_string(message, 3);
	const char *name = path ? strstr(path, "/vector/") : NULL;
	double count = message_number(message, 12);

	if (!name || !type || strcmp(type, "b") != 0 || !(count <= VALUES_MAX))
		return false;
	*vector = (struct vector) { .count = (int)count };
	snprintf(vector->path, sizeof(vector->path), "%s", path);
	snprintf(vector->node, sizeof(vector->node), "%.*s", (int)(name - path - 1),
		 path + 1);
	snprintf(vector->name, sizeof(vector->name), "%s", name + strlen("/vector/"));
	snprintf(vector->unit, sizeof(vector->unit), "%s", unit ? unit : "");
	return true;
}

static uint32_t big(const unsigned char *at, int bytes)
{
	uint32_t value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

int blob_values(const struct message *message, int argument, float values[VALUES_MAX])
{
	enum { HEAD = 16, HALVES = 2, BYTES = 3 };

	if (argument >= message->argc || message->types[argument] != 'b')
		return 0;
	lo_blob blob = (lo_blob)message->argv[argument];
	const unsigned char *at = lo_blob_dataptr(blob);
	uint32_t size = lo_blob_datasize(blob);
	if (size < HEAD || big(at, 2) != 1)
		return 0;
	uint32_t format = big(at + 2, 2), count = big(at + 4, 4);
	uint32_t each = format == HALVES ? 2 : 1;
	if ((format != HALVES && format != BYTES) || count > VALUES_MAX ||
	    size < HEAD + count * each)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		values[i] = format == HALVES
				    ? (float)(int16_t)big(at + HEAD + 2 * i, 2) / 256.0f
				    : (float)(int8_t)at[HEAD + i] / 127.0f;
	return (int)count;
}

/* ---- bars ------------------------------------------------------------------------- */

static void row_add(struct picture *picture, int row, const char *text)
{
	size_t used = strlen(picture->rows[row]);

	snprintf(picture->rows[row] + used, PICTURE_BYTES - used, "%s", text);
}

/* Eighths of a row that this level fills in row `row`, 0 at the top. */
static int eighths(double db, int row)
{
	double rows = (db - lowest_db) / -lowest_db * PICTURE_ROWS;
	double left = rows - (PICTURE_ROWS - 1 - row);

	return left <= 0 ? 0 : left >= 1 ? 8 : (int)(left * 8);
}

static void bar_add(struct picture *picture, int row, double top, double under,
		    bool colour)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄",
					      "▅", "▆", "▇", "█" };
	double db = lowest_db * row / PICTURE_ROWS;
	int fill = eighths(top, row), shade = eighths(under, row);
	const char *paint = db > -6 ? "\033[31m" : db > -18 ? "\033[33m" : "\033[32m";

	if (fill == 0 && shade > 0) {
		row_add(picture, row, shade >= 4 ? "░" : "·");
		return;
	}
	if (colour && fill)
		row_add(picture, row, paint);
	row_add(picture, row, blocks[fill]);
	if (colour && fill)
		row_add(picture, row, "\033[0m");
}

/* "20    50   100 ... 10k   20k" under the bars. */
static void axis_add(struct picture *picture, int count, int each, double middle,
		     double per_decade)
{
	static const struct {
		double hz;
		const char *text;
	} ticks[] = { { 20, "20" },     { 50, "50" },    { 100, "100" }, { 200, "200" },
		      { 500, "500" },   { 1000, "1k" },  { 2000, "2k" }, { 5000, "5k" },
		      { 10000, "10k" }, { 20000, "20k" } };
	char line[PICTURE_BYTES];
	int width = count * each;

	memset(line, ' ', sizeof(line));
	for (size_t i = 0; i < sizeof(ticks) / sizeof(*ticks); i++) {
		double place = middle + per_decade * log10(ticks[i].hz / 1000);
		int length = (int)strlen(ticks[i].text), at = (int)lround(place) * each;
		at = at + length > width ? width - length : at;
		if (at >= 0 && (at == 0 || line[at - 1] == ' '))
			memcpy(line + at, ticks[i].text, (size_t)length);
	}
	line[width] = '\0';
	row_add(picture, PICTURE_ROWS, line);
}

void picture_bands(struct picture *picture, const float *top, const float *under,
		   int count, int each, double middle, double per_decade, bool colour)
{
	for (int row = 0; row < PICTURE_ROWS; row++)
		for (int k = 0; k < count; k++)
			for (int i = 0; i < each; i++)
				bar_add(picture, row, (double)top[k],
					under ? (double)under[k] : lowest_db, colour);
	axis_add(picture, count, each, middle, per_decade);
	picture->width += count * each;
}

/* ---- points ----------------------------------------------------------------------- */

/* Braille has two by four dots in each cell. */
void picture_points(struct picture *picture, const float *points, int count,
		    bool colour)
{
	enum {
		COLUMNS = 2 * PICTURE_ROWS,
		WIDE = 2 * COLUMNS,
		HIGH = 4 * PICTURE_ROWS
	};
	static const unsigned char bits[4][2] = {
		{ 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
	};
	unsigned char cells[PICTURE_ROWS][COLUMNS] = { { 0 } };

	for (int i = 0; i + 1 < count; i += 2) {
		double up = (double)points[i], across = -(double)points[i + 1];
		int x = (int)lround((across + 1) / 2 * (WIDE - 1));
		int y = (int)lround((1 - up) / 2 * (HIGH - 1));
		if (x >= 0 && x < WIDE && y >= 0 && y < HIGH)
			cells[y / 4][x / 2] |= bits[y % 4][x % 2];
	}
	for (int row = 0; row < PICTURE_ROWS; row++) {
		row_add(picture, row, colour ? "  \033[36m" : "  ");
		for (int column = 0; column < COLUMNS; column++) {
			char cell[4] = { (char)0xe2,
					 (char)(0xa0 | cells[row][column] >> 6),
					 (char)(0x80 | (cells[row][column] & 0x3f)),
					 '\0' };
			row_add(picture, row, cell);
		}
		row_add(picture, row, colour ? "\033[0m" : "");
	}
	row_add(picture, PICTURE_ROWS, "  L         M        R");
	picture->width += COLUMNS + 2;
}

int picture_draw(const struct picture *picture, int indent)
{
	for (int row = 0; row <= PICTURE_ROWS; row++)
		printf("%*s%s\033[K\n", indent, "", picture->rows[row]);
	return PICTURE_ROWS + 1;
}

/* ---- scales ----------------------------------------------------------------------- */

void scale_text(const char *scale, double mark, int width, bool colour, char *text,
		size_t size)
{
	static const struct {
		const char *word, *unit;
		double from, to, red;
	} scales[] = {
		{ "din", "dB DIN", -50, 5, 0 },    { "nordic", "dB", -42, 12, 6 },
		{ "iia", "PPM", 1, 7, 6 },         { "iib", "dB", -12, 12, 8 },
		{ "vu", "VU", -20, 3, 0 },         { "k-12", "dB K-12", -24, 12, 4 },
		{ "k-14", "dB K-14", -24, 14, 4 }, { "k-20", "dB K-20", -24, 20, 4 },
		{ "digital", "dBFS", -60, 0, -3 },
	};
	size_t i = 0, used;

	while (i + 1 < sizeof(scales) / sizeof(*scales) &&
	       strcmp(scales[i].word, scale) != 0)
		i++;
	double range = scales[i].to - scales[i].from;
	int at = (int)lround((mark - scales[i].from) / range * (width - 1));
	int red = (int)lround((scales[i].red - scales[i].from) / range * (width - 1));
	used = (size_t)snprintf(text, size, "%5g ", scales[i].from);
	for (int cell = 0; cell < width && used < size; cell++)
		used += (size_t)snprintf(text + used, size - used, "%s%s%s",
					 !colour       ? ""
					 : cell >= red ? "\033[31m"
						       : "\033[32m",
					 cell == at  ? "┃"
					 : cell < at ? "─"
						     : "·",
					 colour ? "\033[0m" : "");
	if (used < size)
		snprintf(text + used, size - used, " %+g  %+.1f %s%s", scales[i].to,
			 mark, scales[i].unit, mark >= scales[i].red ? " !" : "");
}
