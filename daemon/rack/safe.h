/* safe.h - the rack of safe mode: the inputs and outputs of another, with a limiter before each
 * output and nothing else. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_SAFE_H
#define LATHE_RACK_SAFE_H

#include "daemon/rack/rack.h"

/* A new rack for rack_destroy(), with the ports, connections and OSC settings of `rack`, its own
 * values (mute, dim) and those of its outputs; no schedule. An output plays the sum of the
 * inputs that reach it through main inputs, sides left out. */
struct rack *rack_safe(const struct rack *rack);

#endif
