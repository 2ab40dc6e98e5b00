/* report.h - lathe-render's report: faults of the files, and the meters. */
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
	int64_t strays;       /* samples of the file that are not audio */
	double seconds;       /* duration of the run */
	float *const *folded; /* [node][meter slot] */
	const bool *measured; /* [node] */
};

/* Prints one line on stderr for each fault. */
void report_say(const struct report *report);
/* Prints the meters on stdout, as text or JSON. Returns the exit status. */
int report_print(const struct report *report);

#endif
