/* meters.h - what the meters read. */
#ifndef LATHE_LATHECTL_METERS_H
#define LATHE_LATHECTL_METERS_H

#include "control/lathectl/session.h"

int command_meters(struct session *session, int argc, char **argv);

#endif
