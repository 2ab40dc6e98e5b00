/* metrics.h - lathectl metrics: the rack as Prometheus reads it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_METRICS_H
#define LATHE_LATHECTL_METRICS_H

#include "control/lathectl/session.h"

int command_metrics(struct session *session, int argc, char **argv);

#endif
