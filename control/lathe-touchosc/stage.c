/* stage.c - a layout as a session of Open Stage Control 1: the same rectangles, as
 * widgets with the same addresses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/tosc.h"

#include <stdlib.h>
#include <string.h>

/* Subscribes, and renews before the subscription expires. Answers go to the port that
 * its server sends from. */
static const char script[] =
	"var wanted = [['/*', 20], ['/*/text', 4], ['/*/norm', 20], ['/rack/*', 20], "
	"['/rack/*/text', 4], ['/rack/alarms', 4]%s];\n"
	"function ask() { wanted.forEach(function(w) { send('%s', '/rack/subscribe', "
	"w[0], "
	"w[1]); }); }\n"
	"ask();\n"
	"setInterval('subscribe', ask, 4000);\n";

struct session {
	struct buffer *to;
	const char *target;
	int count; /* of widgets so far: ids are unique */
};

static void json(struct buffer *to, const char *key, const char *text)
{
	if (key)
		buffer_add(to, ",\"%s\":", key);
	buffer_add(to, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buffer_add(to, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			buffer_add(to, "\\u%04x", (unsigned)*text);
		else
			buffer_add(to, "%c", *text);
	}
	buffer_add(to, "\"");
}

static void colour(struct buffer *to, const char *key, uint32_t rgb)
{
	buffer_add(to, ",\"%s\":\"#%06x\"", key, (unsigned)rgb);
}

static void widget_begin(struct session *session, const struct widget *widget,
			 const char *type)
{
	struct buffer *to = session->to;
	char id[PATH_BYTES + 16];

	snprintf(id, sizeof(id), "%d %s", session->count++, widget->name);
	buffer_add(to, "{\"type\":\"%s\"", type);
	json(to, "id", id);
	buffer_add(to, ",\"left\":%.0f,\"top\":%.0f,\"width\":%.0f,\"height\":%.0f",
		   widget->frame.x, widget->frame.y, widget->frame.w, widget->frame.h);
	colour(to, "colorWidget", widget->colour);
}

static void speaks(struct session *session, const struct widget *widget)
{
	json(session->to, "address", widget->address);
	json(session->to, "target", session->target);
}

static void text_write(struct session *session, const struct widget *widget)
{
	static const char *const sides[] = { "", "left", "center", "right" };
	char css[96];

	widget_begin(session, widget, "text");
	snprintf(css, sizeof(css), "font-size:%.0fpx;background:none;%s",
		 widget->text_size, widget->mono ? "font-family:monospace;" : "");
	json(session->to, "css", css);
	json(session->to, "align", sides[widget->align]);
	colour(session->to, "colorText", widget->text_colour);
	buffer_add(session->to, ",\"interaction\":false");
	if (widget->address[0])
		speaks(session, widget);
	else
		json(session->to, "default", widget->text);
	buffer_add(session->to, "}");
}

static void fader_write(struct session *session, const struct widget *widget)
{
	bool meter = widget->kind == WIDGET_METER;

	widget_begin(session, widget, "fader");
	speaks(session, widget);
	buffer_add(session->to,
		   ",\"design\":\"compact\",\"horizontal\":%s,\"snap\":false"
		   ",\"decimals\":5,\"range\":{\"min\":%g,\"max\":%g},\"origin\":%g",
		   widget->upright ? "false" : "true", widget->min, widget->max,
		   widget->min);
	buffer_add(session->to, ",\"interaction\":%s,\"bypass\":%s%s}",
		   meter ? "false" : "true", meter ? "true" : "false",
		   widget->bare ? ",\"alphaFillOff\":0,\"alphaStroke\":0" : "");
}

static void button_write(struct session *session, const struct widget *widget)
{
	bool press = widget->kind == WIDGET_PRESS;

	widget_begin(session, widget, "button");
	speaks(session, widget);
	json(session->to, "label", widget->text);
	if (!press)
		buffer_add(session->to, ",\"mode\":\"toggle\",\"on\":1,\"off\":0"
					",\"typeTags\":\"i\"");
	else if (!widget->argument_type)
		buffer_add(session->to, ",\"mode\":\"momentary\"");
	else if (widget->argument_type == 'f')
		buffer_add(session->to, ",\"mode\":\"tap\",\"on\":%s",
			   widget->argument);
	else
		json(session->to, "mode\":\"tap\",\"typeTags\":\"s\",\"on",
		     widget->argument);
	buffer_add(session->to, "}");
}

static void switch_write(struct session *session, const struct widget *widget)
{
	struct buffer *to = session->to;
	int count = 0;

	widget_begin(session, widget, "switch");
	speaks(session, widget);
	buffer_add(to, ",\"layout\":\"horizontal\",\"typeTags\":\"i\",\"values\":"
		       "{\"labels\":[");
	for (const char *at = widget->choices; *at; count++) {
		char text[PATH_BYTES];
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, "|"), at);
		buffer_add(to, "%s", count ? "," : "");
		json(to, NULL, text);
		at += strcspn(at, "|");
		at += *at == '|';
	}
	buffer_add(to, "],\"values\":[");
	for (int i = 0; i < count; i++)
		buffer_add(to, "%s%d", i ? "," : "", i);
	buffer_add(to, "]}}");
}

static void widgets_write(struct session *session, const struct widget *parent);

static void tabs_write(struct session *session, const struct widget *pager)
{
	buffer_add(session->to, ",\"tabs\":[");
	for (const struct widget *page = pager->first; page; page = page->next) {
		buffer_add(session->to, "{\"type\":\"tab\",\"id\":\"tab %d\"",
			   session->count++);
		json(session->to, "label", page->text);
		colour(session->to, "colorWidget", page->text_colour);
		colour(session->to, "colorBg", page->colour);
		/* A tab holds either tabs or widgets. */
		if (page->first && page->first->kind == WIDGET_PAGER &&
		    !page->first->next)
			tabs_write(session, page->first);
		else
			widgets_write(session, page);
		buffer_add(session->to, "}%s", page->next ? "," : "");
	}
	buffer_add(session->to, "]");
}

static void widget_write(struct session *session, const struct widget *widget)
{
	switch (widget->kind) {
	case WIDGET_GROUP:
	case WIDGET_BOX:
	case WIDGET_PAGER:
		widget_begin(session, widget, "panel");
		colour(session->to, "colorBg", widget->colour);
		buffer_add(session->to, ",\"scroll\":false,\"innerPadding\":false");
		if (widget->kind == WIDGET_PAGER)
			tabs_write(session, widget);
		else
			widgets_write(session, widget);
		buffer_add(session->to, "}");
		break;
	case WIDGET_LABEL:
		text_write(session, widget);
		break;
	case WIDGET_FADER:
	case WIDGET_METER:
		fader_write(session, widget);
		break;
	case WIDGET_SWITCH:
	case WIDGET_PRESS:
		button_write(session, widget);
		break;
	case WIDGET_RADIO:
		switch_write(session, widget);
		break;
	}
}

static void widgets_write(struct session *session, const struct widget *parent)
{
	buffer_add(session->to, ",\"widgets\":[");
	for (const struct widget *child = parent->first; child; child = child->next) {
		widget_write(session, child);
		buffer_add(session->to, "%s", child->next ? "," : "");
	}
	buffer_add(session->to, "]");
}

void stage_write(struct buffer *to, const struct widget *root, const char *target)
{
	struct session session = { .to = to, .target = target };
	struct buffer text = { 0 };

	buffer_add(&text, script,
		   widget_hears(root, "/meter/third/") ? ", ['/*/meter/third', 10]"
						       : "",
		   target);
	buffer_add(to, "{\"createdWith\":\"Open Stage Control\",\"version\":\"1.25.0\","
		       "\"type\":\"session\",\"content\":{\"type\":\"root\","
		       "\"id\":\"root\"");
	json(to, "onCreate", text.bytes);
	colour(to, "colorBg", root->colour);
	tabs_write(&session, root->first);
	buffer_add(to, "}}\n");
	free(text.bytes);
}
