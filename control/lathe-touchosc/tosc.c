/* tosc.c - a layout as TouchOSC's XML, version 3. Properties are sorted by key; a page
 * is a group in a pager; captions are labels on top of what they name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/tosc.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Texts come 4 times a second, so that digits can be read. Subscribes to every change, and renews before the subscription expires. After a sleep
 * the tablet has missed changes: it unsubscribes first, so that it gets all values. %d:
 * its port. */
static const char script[] =
	"local PORT, PERIOD, ASLEEP = %d, 4000, 1500\n"
	"local WANTED = {\n"
	"  {'/*', 20}, {'/*/text', 4}, {'/*/norm', 20},\n"
	"  {'/rack/*', 20}, {'/rack/*/text', 4}, {'/rack/alarms', 4}%s}\n"
	"local last, due = 0, 0\n"
	"\n"
	"local function subscribe(now, anew)\n"
	"  if anew then sendOSC('/rack/unsubscribe') end\n"
	"  for i = 1, #WANTED do\n"
	"    sendOSC('/rack/subscribe', WANTED[i][1], WANTED[i][2], PORT)\n"
	"  end\n"
	"  due = now + PERIOD\n"
	"end\n"
	"\n"
	"function init()\n"
	"  last = getMillis()\n"
	"  subscribe(last, true)\n"
	"end\n"
	"\n"
	"function update()\n"
	"  local now = getMillis()\n"
	"  if now - last > ASLEEP then\n"
	"    subscribe(now, true)\n"
	"  elseif now >= due then\n"
	"    subscribe(now, false)\n"
	"  end\n"
	"  last = now\n"
	"end\n"
	"\n"
	"-- A rack on the network asks who we are. Else: the scene in force, with a "
	"star once\n"
	"-- something was changed.\n"
	"function onReceiveOSC(message)\n"
	"  if message[1] == '/rack/challenge' then\n"
	"    sendOSC('/rack/confirm', message[2][1].value)\n"
	"    due = 0\n"
	"    return\n"
	"  end\n"
	"  if message[1] ~= '/rack/scene/state' then return end\n"
	"  local name, state = message[2][1].value, message[2][2].value\n"
	"  local label = self:findByName('scene now', true)\n"
	"  if label == nil then return end\n"
	"  if state >= 2 then\n"
	"    label.values.text = state > 2 and name .. ' *' or name\n"
	"  elseif (label.values.text .. ' *'):sub(1, #name + 2) == name .. ' *' then\n"
	"    label.values.text = ''\n"
	"  end\n"
	"end\n";

void buffer_add(struct buffer *buffer, const char *format, ...)
{
	va_list list, again;

	va_start(list, format);
	va_copy(again, list);
	int length = vsnprintf(NULL, 0, format, list);
	va_end(list);
	size_t wanted = buffer->length + (size_t)(length < 0 ? 0 : length) + 1;
	if (wanted > buffer->room) {
		buffer->room = 2 * wanted;
		buffer->bytes = realloc(buffer->bytes, buffer->room);
		if (!buffer->bytes)
			abort();
	}
	vsnprintf(buffer->bytes + buffer->length, buffer->room - buffer->length, format,
		  again);
	va_end(again);
	buffer->length = wanted - 1;
}

/* ---- elements ---------------------------------------------------------------------------- */

static void cdata(struct buffer *to, const char *text)
{
	buffer_add(to, "<![CDATA[");
	for (const char *end; (end = strstr(text, "]]>")); text = end + 2)
		buffer_add(to, "%.*s]]]]><![CDATA[", (int)(end - text), text);
	buffer_add(to, "%s]]>", text);
}

static void property_open(struct buffer *to, char type, const char *key)
{
	buffer_add(to, "<property type='%c'><key><![CDATA[%s]]></key><value>", type,
		   key);
}

static void property_close(struct buffer *to)
{
	buffer_add(to, "</value></property>");
}

static void property_b(struct buffer *to, const char *key, bool value)
{
	property_open(to, 'b', key);
	buffer_add(to, "%d", value);
	property_close(to);
}

static void property_i(struct buffer *to, const char *key, int value)
{
	property_open(to, 'i', key);
	buffer_add(to, "%d", value);
	property_close(to);
}

static void property_f(struct buffer *to, const char *key, double value)
{
	property_open(to, 'f', key);
	buffer_add(to, "%g", value);
	property_close(to);
}

static void property_s(struct buffer *to, const char *key, const char *value)
{
	property_open(to, 's', key);
	cdata(to, value);
	property_close(to);
}

static void property_c(struct buffer *to, const char *key, uint32_t colour,
		       double alpha)
{
	property_open(to, 'c', key);
	buffer_add(to, "<r>%.4g</r><g>%.4g</g><b>%.4g</b><a>%.4g</a>",
		   (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0,
		   (colour & 255) / 255.0, alpha);
	property_close(to);
}

/* Whole units, so that lines are sharp. */
static void property_r(struct buffer *to, const char *key, struct frame frame)
{
	double x = round(frame.x), y = round(frame.y);

	property_open(to, 'r', key);
	buffer_add(to, "<x>%g</x><y>%g</y><w>%g</w><h>%g</h>", x, y,
		   round(frame.x + frame.w) - x, round(frame.y + frame.h) - y);
	property_close(to);
}

static void value(struct buffer *to, const char *key, const char *initial)
{
	buffer_add(to,
		   "<value><key><![CDATA[%s]]></key><locked>0</locked>"
		   "<lockedDefaultCurrent>0</lockedDefaultCurrent><default>",
		   key);
	cdata(to, initial);
	buffer_add(to, "</default><defaultPull>0</defaultPull></value>");
}

static void partial(struct buffer *to, const char *type, const char *conversion,
		    const char *text, double min, double max)
{
	buffer_add(to, "<partial><type>%s</type><conversion>%s</conversion><value>",
		   type, conversion);
	cdata(to, text);
	buffer_add(to,
		   "</value><scaleMin>%g</scaleMin><scaleMax>%g</scaleMax></partial>",
		   min, max);
}

/* 64 bits of FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash(uint64_t seed, const char *text)
{
	uint64_t sum = seed;

	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	return sum;
}

/* From the place in the tree, so that the same rack gives the same names. */
static void uuid(const char *place, char text[37])
{
	uint64_t a = hash(14695981039346656037u, place),
		 b = hash(a ^ 0x5bd1e995u, place);

	a = (a & ~UINT64_C(0xf000)) | 0x8000; /* version 8: the maker's own */
	b = (b & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
	snprintf(text, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xffff),
		 (unsigned)(b >> 48), (unsigned long long)(b & 0xffffffffffffu));
}

/* ---- nodes ---------------------------------------------------------------------------------- */

enum type { BOX, BUTTON, FADER, GROUP, LABEL, PAGER, RADIO };
static const char *const type_names[] = { "BOX",   "BUTTON", "FADER", "GROUP",
					  "LABEL", "PAGER",  "RADIO" };

static enum type type_of(const struct widget *widget)
{
	static const enum type types[] = {
		[WIDGET_GROUP] = GROUP,   [WIDGET_PAGER] = PAGER,
		[WIDGET_BOX] = BOX,       [WIDGET_LABEL] = LABEL,
		[WIDGET_FADER] = FADER,   [WIDGET_METER] = FADER,
		[WIDGET_SWITCH] = BUTTON, [WIDGET_PRESS] = BUTTON,
		[WIDGET_RADIO] = RADIO,
	};

	return types[widget->kind];
}

static bool is_touched(const struct widget *widget)
{
	return widget->kind == WIDGET_FADER || widget->kind == WIDGET_SWITCH ||
	       widget->kind == WIDGET_PRESS || widget->kind == WIDGET_RADIO;
}

static int choices_count(const struct widget *widget)
{
	int count = 1;

	for (const char *c = widget->choices; c && *c; c++)
		count += *c == '|';
	return count;
}

/* The keys of all types in alphabetical order; each type takes its own. */
static void properties_a_to_o(struct buffer *to, const struct widget *widget, bool root)
{
	enum type type = type_of(widget);
	bool fader = type == FADER, button = type == BUTTON, label = type == LABEL;
	bool meter = widget->kind == WIDGET_METER, filled = fader || button;

	property_b(to, "background",
		   (filled && !widget->bare) || type == BOX || type == RADIO || root);
	if (fader) {
		property_b(to, "bar", true);
		property_i(to, "barDisplay", 0);
	}
	if (button)
		property_i(to, "buttonType", widget->kind == WIDGET_SWITCH ? 2 : 0);
	property_c(to, "color", widget->colour, 1);
	property_f(to, "cornerRadius",
		   meter                            ? 1
		   : type == GROUP || type == PAGER ? 0
						    : 5);
	if (fader) {
		property_b(to, "cursor", !meter);
		property_i(to, "cursorDisplay", 0);
	}
	if (label)
		property_i(to, "font", widget->mono);
	property_r(to, "frame", widget->frame);
	property_b(to, "grabFocus", is_touched(widget));
	if (fader) {
		property_b(to, "grid", false);
		property_i(to, "gridSteps", 13);
	}
	property_b(to, "interactive", is_touched(widget) || type == PAGER);
	property_b(to, "locked", false);
	property_s(to, "name", widget->name);
	property_i(to, "orientation",
		   type == RADIO || (fader && !widget->upright) ? 1 : 0);
	property_b(to, "outline", (filled && !meter) || type == RADIO);
	property_i(to, "outlineStyle", 0);
}

static void properties_p_to_z(struct buffer *to, const struct widget *widget, bool tab,
			      bool root, int receive_port)
{
	enum type type = type_of(widget);
	bool fader = type == FADER, button = type == BUTTON, label = type == LABEL;
	bool meter = widget->kind == WIDGET_METER;
	char text[sizeof(script) + 48];

	property_i(to, "pointerPriority", 0);
	if (button) {
		property_b(to, "press", true);
		property_b(to, "release", true);
	}
	if (type == RADIO)
		property_i(to, "radioType", 0);
	if (fader) { /* relative: no jump where a finger lands */
		property_i(to, "response", !meter);
		property_i(to, "responseFactor", 100);
	}
	if (root) {
		snprintf(text, sizeof(text), script, receive_port,
			 widget_hears(widget, "/meter/third/")
				 ? ", {'/*/meter/third', 10}"
				 : "");
		property_s(to, "script", text);
	}
	property_i(to, "shape", 1);
	if (type == RADIO)
		property_i(to, "steps", choices_count(widget));
	if (tab) {
		property_c(to, "tabColorOff", COLOUR_CARD, 1);
		property_c(to, "tabColorOn", widget->text_colour, 1);
		property_s(to, "tabLabel", widget->text);
	}
	if (type == PAGER) {
		property_b(to, "tabLabels", true);
		property_b(to, "tabbar", true);
		property_b(to, "tabbarDoubleTap", false);
		property_i(to, "tabbarSize", (int)widget->tab_size);
	}
	if (label) {
		property_i(to, "textAlignH", (int)widget->align);
		property_i(to, "textAlignV", 2);
		property_b(to, "textClip", true);
		property_c(to, "textColor", widget->text_colour, 1);
	}
	if (tab) {
		property_c(to, "textColorOff", COLOUR_FAINT, 1);
		property_c(to, "textColorOn", COLOUR_TEXT, 1);
	}
	if (label) {
		property_i(to, "textLength", 0);
		property_i(to, "textSize", (int)widget->text_size);
	}
	if (type == PAGER) {
		property_i(to, "textSizeOff", (int)widget->tab_text_size);
		property_i(to, "textSizeOn", (int)widget->tab_text_size);
	}
	if (button)
		property_b(to, "valuePosition", false);
	property_b(to, "visible", true);
}

static void values(struct buffer *to, const struct widget *widget)
{
	enum type type = type_of(widget);

	if (type == LABEL)
		value(to, "text", widget->text ? widget->text : "");
	else if (type == PAGER)
		value(to, "page", "0");
	else if (type == FADER || type == BUTTON || type == RADIO)
		value(to, "x", "0");
	value(to, "touch", "false");
}

static void messages(struct buffer *to, const struct widget *widget)
{
	bool press = widget->kind == WIDGET_PRESS, send = is_touched(widget);

	if (!widget->address[0])
		return;
	buffer_add(to,
		   "<messages><osc><enabled>1</enabled><send>%d</send><receive>%d</"
		   "receive>"
		   "<feedback>0</feedback><connections>00001</connections>",
		   send, !press);
	if (send)
		buffer_add(to,
			   "<triggers><trigger><var><![CDATA[x]]></var><condition>%s"
			   "</condition></trigger></triggers>",
			   press ? "RISE" : "ANY");
	buffer_add(to, "<path>");
	partial(to, "CONSTANT", "STRING", widget->address, 0, 1);
	buffer_add(to, "</path><arguments>");
	if (widget->kind == WIDGET_LABEL)
		partial(to, "VALUE", "STRING", "text", 0, 1);
	else if (widget->kind == WIDGET_SWITCH || widget->kind == WIDGET_RADIO)
		partial(to, "VALUE", "INTEGER", "x", 0, 1);
	else if (!press)
		partial(to, "VALUE", "FLOAT", "x", widget->min, widget->max);
	else if (widget->argument_type)
		partial(to, "CONSTANT",
			widget->argument_type == 's' ? "STRING" : "FLOAT",
			widget->argument, 0, 1);
	buffer_add(to, "</arguments></osc></messages>");
}

static void node(struct buffer *to, const struct widget *widget, const char *place,
		 bool tab, int receive_port);

/* The words on a button and on a radio's steps: labels on top of them. */
static void captions(struct buffer *to, const struct widget *widget, const char *place)
{
	int count = choices_count(widget);
	bool radio = widget->kind == WIDGET_RADIO;
	const char *at = radio ? widget->choices : widget->text,
		   *bar = radio ? "|" : "";
	double step = widget->frame.w / count, size = widget->text_size;

	for (const char *c = at; *c; c += strcspn(c, bar), c += *c == '|') {
		char text[PATH_BYTES];
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(c, bar), c);
		size = fmin(size, text_fit(text, size, step - 6));
	}
	for (int i = 0; *at; i++) {
		struct widget label = { .kind = WIDGET_LABEL,
					.frame = widget->frame,
					.colour = widget->colour,
					.text_colour = widget->text_colour,
					.text_size = size,
					.align = widget->align };
		char text[PATH_BYTES], name[2 * PATH_BYTES];
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, bar), at);
		snprintf(label.name, sizeof(label.name), "%s", text);
		double aside = widget->align == ALIGN_CENTRE ? 0 : 6;
		label.frame.x += i * step + aside;
		label.frame.w = step - 2 * aside;
		label.text = text;
		snprintf(name, sizeof(name), "%s caption %d", place, i);
		node(to, &label, name, false, 0);
		at += strcspn(at, bar);
		at += *at == '|';
	}
}

static void children(struct buffer *to, const struct widget *widget, const char *place)
{
	int index = 0;

	if (!widget->first)
		return;
	buffer_add(to, "<children>");
	for (const struct widget *child = widget->first; child; child = child->next) {
		struct buffer name = { 0 };
		buffer_add(&name, "%s/%s#%d", place, child->name, index++);
		node(to, child, name.bytes, widget->kind == WIDGET_PAGER, 0);
		if (child->text &&
		    (child->kind == WIDGET_SWITCH || child->kind == WIDGET_PRESS ||
		     child->kind == WIDGET_RADIO))
			captions(to, child, name.bytes);
		free(name.bytes);
	}
	buffer_add(to, "</children>");
}

static void node(struct buffer *to, const struct widget *widget, const char *place,
		 bool tab, int receive_port)
{
	char id[37];

	uuid(place, id);
	buffer_add(to, "<node ID='%s' type='%s'><properties>", id,
		   type_names[type_of(widget)]);
	properties_a_to_o(to, widget, receive_port != 0);
	properties_p_to_z(to, widget, tab, receive_port != 0, receive_port);
	buffer_add(to, "</properties><values>");
	values(to, widget);
	buffer_add(to, "</values>");
	messages(to, widget);
	children(to, widget, place);
	buffer_add(to, "</node>");
}

void tosc_write(struct buffer *to, const struct widget *root, int receive_port)
{
	buffer_add(to, "<?xml version='1.0' encoding='UTF-8'?><lexml version='3'>");
	node(to, root, root->name, false, receive_port);
	buffer_add(to, "</lexml>");
}
