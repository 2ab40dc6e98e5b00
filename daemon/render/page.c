/* page.c - --report: a page of HTML with everything in it. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/page.h"

#include "daemon/base/memory.h"
#include "daemon/render/delivery.h"
#include "daemon/render/drawing.h"
#include "share/html.h"
#include "share/newfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
	"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<title>lathe-render</title>\n<style>\n"
	"body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
	"color:#222;background:#fff}\n"
	"table{border-collapse:collapse;margin:1em 0;width:100%}"
	"td,th{padding:.2em .5em;text-align:right;border-bottom:1px solid #ddd}"
	"td:first-child,th:first-child{text-align:left;overflow-wrap:anywhere}\n"
	"svg{width:100%;background:#f8f8f8;margin:.3em 0}svg text{font:11px sans-serif;"
	"fill:#555}\n"
	"polyline{fill:none;stroke-width:1.5}.before{stroke:#999}.after{stroke:#06c}"
	".peak{stroke:#c62;stroke-width:.7}.grid{stroke:#ddd}"
	".target{stroke:#2a2;stroke-dasharray:4 3}\n"
	".said{color:#a40}.key{color:#555;font-size:13px}\n"
	"</style>\n";

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *name_of(const struct song *song)
{
	return base_name(song->out[0] ? song->out : song->in);
}

static bool counts(const struct song *song)
{
	return !song->status && !song->skipped && song->after.frames > 0;
}

static void cell(FILE *to, const char *format, double value)
{
	fputs("<td>", to);
	if (isfinite(value))
		fprintf(to, format, value);
	else
		fputs("-", to);
	fputs("</td>", to);
}

static void cells_of(FILE *to, const struct gauge *gauge)
{
	cell(to, "%.1f", gauge_integrated(gauge));
	cell(to, "%.1f", gauge_range(gauge));
	cell(to, "%.2f", gauge_true_peak(gauge));
	cell(to, "%.1f", gauge_plr(gauge));
}

static void songs_table(FILE *to, const struct page *page)
{
	fputs("<table><tr><th>file<th>I, LUFS<th>LRA, LU<th>TP, dBTP<th>PLR, LU"
	      "<th>gain, dB<th>limiting, dB</tr>\n",
	      to);
	for (int i = 0; i < page->count; i++) {
		const struct song *song = &page->songs[i];
		fputs("<tr><td>", to);
		html_text(to, name_of(song));
		fputs("</td>", to);
		if (counts(song)) {
			cells_of(to, &song->after);
			cell(to, "%+.2f", song->gain);
			cell(to, "%.1f", song->limiting);
		} else {
			fprintf(to, "<td colspan=\"6\">%s</td>",
				song->skipped ? "is done already" : "failed");
		}
		fputs("</tr>\n", to);
	}
	if (page->album) {
		fputs("<tr><th>the album</th>", to);
		cells_of(to, page->album);
		cell(to, "%+.2f", page->album_gain);
		fputs("<td></td></tr>\n", to);
	}
	fputs("</table>\n", to);
}

static void codecs_table(FILE *to, const struct song *song,
			 const struct render_options *options)
{
	if (!options->codec_count || !song->written)
		return;
	fputs("<table><tr><th>codec<th>TP, dBTP<th>overs a minute<th>louder by, LU"
	      "<th>ceiling that would have held, dBTP</tr>\n",
	      to);
	for (int i = 0; i < options->codec_count; i++) {
		const struct codec_result *r = &song->codecs[i];
		if (!r->done)
			continue;
		fprintf(to, "<tr><td>%s</td>", options->codecs[i].name);
		cell(to, "%+.2f", r->true_peak);
		cell(to, "%.1f", r->overs);
		cell(to, "%+.2f", r->loudness);
		cell(to, "%.2f", r->ceiling);
		fputs("</tr>\n", to);
	}
	fputs("</table>\n", to);
}

static void song_section(FILE *to, const struct page *page, const struct song *song)
{
	const struct render_options *options = page->session->options;

	fputs("<h2>", to);
	html_text(to, name_of(song));
	fputs("</h2>\n", to);
	if (song->said[0] || song->note[0]) {
		fputs("<p class=\"said\">", to);
		html_text(to, song->said);
		html_text(to, song->note);
		fputs("</p>\n", to);
	}
	if (!counts(song))
		return;
	drawing_loudness(to, &song->before, &song->after,
			 options->has_loudness && !options->album ? options->loudness
								  : (double)NAN);
	drawing_spectrum(to, &song->before, &song->after);
	codecs_table(to, song, options);
}

static void play_cell(FILE *to, const struct service_play *play)
{
	fprintf(to, "<td>%+.1f dB: %.1f LUFS, %.1f dBTP", play->gain, play->loudness,
		play->peak - play->limits);
	if (play->limits > 0.05)
		fprintf(to, ", limited by %.1f dB", play->limits);
	fputs("</td>", to);
}

static void service_row(FILE *to, const struct page *page,
			const struct service *service)
{
	struct gauge *all = memory_zeroed(1, sizeof(*all));

	fputs("<tr><td title=\"", to);
	html_text(to, service->source);
	fputs("\">", to);
	html_text(to, service->name);
	fputs(" (", to);
	html_text(to, service->trust);
	fputs(")</td>", to);
	for (int i = 0; i < page->count; i++) {
		const struct song *song = &page->songs[i];
		if (!counts(song))
			continue;
		const struct service_play play =
			service_play(service, gauge_integrated(&song->after),
				     gauge_true_peak(&song->after));
		play_cell(to, &play);
	}
	if (page->count > 1 && service->album != SERVICE_ALBUM_NO) {
		const struct service_play play =
			delivery_album(service, page->songs, page->count, all);
		play_cell(to, &play);
	} else if (page->count > 1) {
		fputs("<td>-</td>", to);
	}
	fputs("</tr>\n", to);
	free(all);
}

static void services_table(FILE *to, const struct page *page)
{
	const struct services *services = page->session->services;

	if (!services)
		return;
	fputs("<h2>Services, as of ", to);
	html_text(to, services->as_of);
	fputs("</h2>\n<div style=\"overflow-x:auto\"><table><tr><th>service", to);
	for (int i = 0; i < page->count; i++)
		if (counts(&page->songs[i])) {
			fputs("<th>", to);
			html_text(to, name_of(&page->songs[i]));
		}
	fprintf(to, "%s</tr>\n", page->count > 1 ? "<th>the album" : "");
	for (int i = 0; i < services->count; i++)
		service_row(to, page, &services->list[i]);
	fputs("</table></div>\n", to);
}

bool page_write(const struct page *page, const char *path, char *error,
		size_t error_size)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		memory_out("the page");
	fputs(head, to);
	fputs("<h1>", to);
	html_text(to, page->session->rack->name);
	fputs("</h1>\n", to);
	songs_table(to, page);
	fputs("<p class=\"key\">Curves: grey before, blue after (short-term loudness, "
	      "thirds of an octave), orange true peaks after, green the target.</p>\n",
	      to);
	for (int i = 0; i < page->count; i++)
		song_section(to, page, &page->songs[i]);
	services_table(to, page);
	fputs("</html>\n", to);
	fclose(to);
	const bool good = newfile_write(path, text, size, error, error_size);
	free(text);
	return good;
}
