/* verdict.h - what is right and what is not: green, amber, red, each with a mark that needs no
 * colour. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_VERDICT_H
#define LATHE_LATHECTL_VERDICT_H

#include "control/lathectl/board.h"
#include "control/lathectl/page.h"

enum verdict { VERDICT_NONE, VERDICT_RIGHT, VERDICT_AMBER, VERDICT_RED };

/* "" "" "!" "!!" */
const char *verdict_mark(enum verdict verdict);
enum ink verdict_ink(enum verdict verdict);
/* Its integrated loudness: amber outside the tolerance, red more than 1 LU outside. NONE while
 * nothing has been measured. */
enum verdict verdict_loudness(const struct board *board, const struct part *part);
/* Its true peak: red when it was over its limit within the last 3 s, amber when it was before,
 * since the meter was cleared. */
enum verdict verdict_true_peak(const struct board *board, const struct part *part);
/* Error red, warning amber, else right. */
enum verdict verdict_alarm(int level);
/* The gravest verdict on an output: its loudness and its true peak. */
enum verdict verdict_output(const struct board *board, const struct part *output);

#endif
