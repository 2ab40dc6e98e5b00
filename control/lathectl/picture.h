/* picture.h - many readings as a picture in characters: bars over the frequencies, a
 * goniometer, a scale with its needle. */
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
/* Reads the blob that is this argument. Returns how many values, 0 when it is none. */
int blob_values(const struct message *message, int argument, float values[VALUES_MAX]);

/* Rows of text, built side by side and drawn together. */
struct picture {
	char rows[PICTURE_ROWS + 1][PICTURE_BYTES];
	int width; /* columns so far */
};

/* Bars from -60 to 0 dB: `top` above `under`, which may be NULL, where it is higher. `each`
 * columns a value, an axis of the frequencies below: value k is 1000 * 10^((k - middle) /
 * per_decade) Hz. */
void picture_bands(struct picture *picture, const float *top, const float *under,
		   int count, int each, double middle, double per_decade, bool colour);
/* Points between -1 and 1, mid and side in turns: mid goes up, left is on the left. */
void picture_points(struct picture *picture, const float *points, int count,
		    bool colour);
/* Indented by so many columns, each row cleared to its end. Returns the rows. */
int picture_draw(const struct picture *picture, int indent);

/* What a rack's nodes have that is drawn: vectors, and the scales of their marks. */
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
/* Draws a node's: thirds with their peaks; or mid over side, and the goniometer beside them.
 * Returns the lines drawn: none when `room` lines don't hold them. */
int pictures_draw(const struct pictures *pictures, const char *node, int indent,
		  int columns, int room, bool colour);
/* Each as "path": [values], behind what is there already. */
void pictures_json(const struct pictures *pictures, bool first);

/* A scale of the module ppm by its word, and where a reading stands on it: "PPM 4", "+3.0". */
void scale_draw(const char *scale, double mark, int width, bool colour);

#endif
