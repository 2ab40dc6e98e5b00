/* widget.h - a tablet's page as a tree of rectangles, before it is written as a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_WIDGET_H
#define LATHE_TOUCHOSC_WIDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "control/lathe-touchosc/tree.h"

struct frame {
	double x, y, w, h; /* in the parent */
};

enum widget_kind {
	WIDGET_GROUP,  /* children; in a pager: a page, `text` is its tab */
	WIDGET_PAGER,  /* children are groups */
	WIDGET_BOX,    /* a card behind others */
	WIDGET_LABEL,  /* `text`, or the value of the address */
	WIDGET_FADER,  /* the value of the address, min..max */
	WIDGET_METER,  /* a bar that shows the value of the address */
	WIDGET_SWITCH, /* 0 or 1 */
	WIDGET_PRESS,  /* sends `argument` when pressed */
	WIDGET_RADIO,  /* the index of one of `choices` */
};

enum align { ALIGN_LEFT = 1, ALIGN_CENTRE, ALIGN_RIGHT };

struct widget {
	enum widget_kind kind;
	char name[PATH_BYTES];
	struct frame frame;
	uint32_t colour; /* 0xRRGGBB */
	char *text;      /* a caption */
	uint32_t text_colour;
	double text_size; /* the largest; the text is made smaller to fit */
	enum align align;
	bool mono, upright; /* a fixed-width font; an upright fader */
	bool bare;          /* a meter without a background: what lies below is seen */
	char address[PATH_BYTES];
	double min, max;
	char argument_type, argument[64]; /* 0: none; 'f' or 's' */
	char *choices;                    /* "bell|low shelf" */
	double tab_size, tab_text_size;
	struct widget *first, *last, *next;
};

/* What all pages share. */
struct style {
	double width, height;
	double gap, touch, tallest; /* a row is touch..tallest high */
	double text, small, large, huge;
	double tab, header;
	bool phone;
};

/* A hue says what a thing does, on every page. */
enum {
	COLOUR_PAGE = 0x0e1216,
	COLOUR_CARD = 0x1b2229,
	COLOUR_TEXT = 0xe8edf2,
	COLOUR_FAINT = 0x93a1ae,
	COLOUR_LEVEL = 0x2f86c1,  /* a value along a scale */
	COLOUR_CHOICE = 0x7a5fc0, /* one of several */
	COLOUR_SWITCH = 0xb9812a, /* on or off */
	COLOUR_PRESS = 0x5a6b7b,  /* an action */
	COLOUR_BYPASS = 0xc4632d,
	COLOUR_MUTE = 0xc23b3b,
	COLOUR_DIM = 0xa8962a,
	COLOUR_SCENE = 0x2b8f8a,
	COLOUR_METER = 0x35a45b,
	COLOUR_REDUCTION = 0xd08a2c,
	COLOUR_AMBER = 0xe0a526,
	COLOUR_RED = 0xe5402f,
};

struct widget *widget_create(enum widget_kind kind, const char *name,
			     struct frame frame, uint32_t colour);
struct widget *widget_add(struct widget *parent, enum widget_kind kind,
			  const char *name, struct frame frame, uint32_t colour);
/* Whether it or one below it has an address with this in it. */
bool widget_hears(const struct widget *widget, const char *part);
void widget_destroy(struct widget *widget);
void widget_text(struct widget *widget, const char *text, double size, enum align align,
		 uint32_t colour);
/* A fixed caption, in two lines where one would be too small. */
void label_add(struct widget *parent, struct frame frame, const char *text, double size,
	       enum align align, uint32_t colour);
/* A label that shows the text that this address sends. */
struct widget *line_label_add(struct widget *parent, struct frame frame,
			      const char *address, double size, enum align align,
			      uint32_t colour);
/* A label that shows the text of the value at the path. */
struct widget *readout_add(struct widget *parent, struct frame frame, const char *path,
			   double size, enum align align, uint32_t colour);
struct widget *pager_add(struct widget *parent, struct frame frame, double tab_size,
			 double text_size);
struct widget *page_add(struct widget *pager, const char *tab, uint32_t colour);

/* Call after all pages were added: gives all tabs one text size, and names that fit. */
void pager_settle(struct widget *pager);

/* An upper bound of a text's width in any font of a tablet. */
double text_width(const char *text, double size);
/* The largest size up to `size` at which it fits; never under 8. */
double text_fit(const char *text, double size, double width);

/* Copies the text, cut to what fits at the smallest size. */
void text_shorten(char *to, size_t room, const char *text, double width);
/* The same for read-outs, which are ASCII in a fixed-width font. */
double figures_width(const char *text, double size);
double figures_fit(const char *text, double size, double width);

/* ---- cells: what one param or meter looks like in a rectangle ---------------------- */

void cell_slider(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour);
/* A tall fader with its name above and its value below. */
void cell_column(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour);
void cell_switch(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour);
void cell_press(struct widget *parent, const struct style *style, struct frame frame,
		const char *address, char type, const char *argument, const char *label,
		uint32_t colour);
/* A radio if its texts fit, else a stepper. */
void cell_choice(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour);
/* A cell whose left half steps back and whose right half steps on, with the text in the
 * middle. */
void cell_stepper(struct widget *parent, const struct style *style, struct frame frame,
		  const struct row *row, const char *label, uint32_t colour);
/* Shows a state in colours, as wide as the frame: nothing below `first`, then green, amber, red.
 * `address` sends a whole number. */
void cell_lamp(struct widget *parent, struct frame frame, const char *address,
	       int first);
/* A bar alone; a bar with its name and its value. A level is green up to -9 dB, amber up to
 * 0 dB, and has a red end that is lit above. */
void cell_bar(struct widget *parent, struct frame frame, const struct row *row);
void cell_meter(struct widget *parent, const struct style *style, struct frame frame,
		const struct row *row, const char *label);
/* Its value in large figures above its bar. */
void cell_tile(struct widget *parent, const struct style *style, struct frame frame,
	       const struct row *row, const char *label);
void card_add(struct widget *parent, struct frame frame);
/* A small title at the top of the area, which becomes what is left below it. */
void card_title(struct widget *page, const struct style *style, struct frame *area,
		const char *title);

#endif
