/* report.h - what lathe-render says at the end: what the files were like, and the meters. */
#ifndef LATHE_RENDER_REPORT_H
#define LATHE_RENDER_REPORT_H

#include "daemon/rack/rack.h"
#include "daemon/render/options.h"
#include "share/soundfile.h"
#include "share/soundwriter.h"

struct report {
	const struct render_options *options;
	const struct rack *rack;
	const struct soundfile *in;
	const struct soundwriter *out; /* NULL: nothing was written */
	int64_t latency;
	int64_t strays;       /* samples of the file that are no audio */
	double seconds;       /* that it took */
	float *const *folded; /* [node][meter slot] */
	const bool *measured; /* [node] */
};

/* One line on stderr for each thing that is not as it should be. */
void report_say(const struct report *report);
/* The meters, as text or JSON, on stdout. Exit status. */
int report_print(const struct report *report);

#endif
