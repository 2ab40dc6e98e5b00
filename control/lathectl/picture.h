/* picture.h - many readings as a picture in characters: bars over the frequencies, a
 * goniometer, a scale with its needle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_PICTURE_H
#define LATHE_LATHECTL_PICTURE_H

#include "control/lathectl/session.h"

enum { VALUES_MAX = 512, PICTURE_ROWS = 10, PICTURE_BYTES = 1600, SCALES_MAX = 64 };

/* A vector of the rack, and what came last. */
struct vector {
	char path[PATH_BYTES], node[64], name[64], unit[12];
	int count;
	bool seen;
	float values[VALUES_MAX];
};

/* Fills it from a /rack/description. False: that describes no vector. */
bool vector_read(struct vector *vector, const struct message *message);
/* Reads the values of a vector from this argument. Returns their number; 0 when the argument
 * is not a blob of this layout. */
int blob_values(const struct message *message, int argument, float values[VALUES_MAX]);

/* Rows of text, built side by side and drawn together. */
struct picture {
	char rows[PICTURE_ROWS + 1][PICTURE_BYTES];
	int width; /* columns so far */
};

/* Adds bars from -60 to 0 dB, `each` columns wide, and an axis of frequencies below them:
 * value k is at 1000 * 10^((k - middle) / per_decade) Hz. A bar is as high as `top`; where
 * `under` is higher, dots show how far. `under` may be NULL. */
void picture_bands(struct picture *picture, const float *top, const float *under,
		   int count, int each, double middle, double per_decade, bool colour);
/* Adds a goniometer. The points are pairs of mid and side, each from -1 to 1: mid is drawn
 * upwards, and the left channel to the left. */
void picture_points(struct picture *picture, const float *points, int count,
		    bool colour);
/* Prints the rows, `indent` columns from the left. Returns how many there are. */
int picture_draw(const struct picture *picture, int indent);

/* What is drawn of a rack's nodes: vectors, and the scales of marks. */
struct scale {
	char node[64], word[16];
};

struct pictures {
	struct vector *vectors;
	int count;
	struct scale scales[SCALES_MAX];
	int scale_count;
};

void pictures_add(struct pictures *pictures, const struct vector *vector);
void pictures_finish(struct pictures *pictures);
/* True: the message was for one of them. */
bool pictures_take(struct pictures *pictures, const struct message *message);
/* The word of a node's scale, or NULL. */
const char *pictures_scale(const struct pictures *pictures, const char *node);
/* Makes a picture of the vectors of a node, at most so many columns wide: the levels of its
 * thirds and their peaks, or mid and side; its goniometer beside them. Returns the rows: 0 when
 * nothing is to be drawn. */
int pictures_make(const struct pictures *pictures, const char *node, int columns,
		  bool colour, struct picture *picture);
/* Prints each vector as a member of a JSON object, "path": [values]. `first`: the object is
 * still empty. */
void pictures_json(const struct pictures *pictures, bool first);

/* Writes the scale of the module ppm that has this word, with a needle at the mark, as text with
 * the escapes of colours: about `width` + 24 columns. Behind a mark in the red stands "!". */
void scale_text(const char *scale, double mark, int width, bool colour, char *text,
		size_t size);

#endif
