/* command_alarm.c - what is wrong: /rack/alarms, /rack/alarm/seen. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_alarm.h"

#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"

#include <arpa/inet.h>

static bool add_alarm(struct packet *packet, const struct alarm *alarm)
{
	const struct alarm_kind *kind = alarm_kind(alarm->code);

	return packet_add(packet, "/rack/alarm", "ssiddsss", kind->code, alarm->node,
			  (int)kind->level, alarm->since, alarm->seen, alarm->text,
			  alarm->seen_by, kind->to_do);
}

static void list(const struct request *request)
{
	struct answers *answers = request->dispatch->answers;
	const struct alarms *alarms = request->dispatch->desk->alarms;
	struct packet *packet = answer_packet(answers, request->sender);
	const struct alarm *alarm;
	int count = 0;

	for (; (alarm = alarms_at(alarms, count)) != NULL; count++) {
		if (add_alarm(packet, alarm))
			continue;
		answer_send(answers);
		add_alarm(packet, alarm);
	}
	if (packet_add(packet, "/rack/alarms/listed", "i", count))
		return;
	answer_send(answers);
	packet_add(packet, "/rack/alarms/listed", "i", count);
}

static void see_all(const struct request *request, const char *who)
{
	struct alarms *alarms = request->dispatch->desk->alarms;
	struct text result = { .length = 0 };
	const struct alarm *alarm;
	int count = 0;

	for (int i = 0; (alarm = alarms_at(alarms, i)); i++)
		if (!(alarm->seen > 0.0))
			count += alarms_see(alarms, alarm_kind(alarm->code)->code,
					    alarm->node, who);
	text_add(&result, "seen: %d alarm%s\n", count, count == 1 ? "" : "s");
	request_result(request, true, &result);
}

static void see(const struct request *request)
{
	struct message arguments = request_arguments(request);
	const struct argument first = message_next(&arguments);
	const char *code = first.text;
	const char *node = message_next(&arguments).text;
	const int count = request->message->count;
	struct text result = { .length = 0 };
	char who[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &request->sender->address.sin_addr, who, sizeof(who));
	if (count == 0 || (count == 1 && first.is_number)) {
		if (!request_is_release(request))
			see_all(request, who);
		return;
	}
	if (!code || count > 2 || (count == 2 && !node)) {
		request_complain(request, "bad_argument",
				 "wanted: the code of an alarm, then its node, or \"\" "
				 "for the rack's own; or nothing for all of them");
		return;
	}
	node = node ? node : "";
	node += *node == '/';
	bool done = alarms_see(request->dispatch->desk->alarms, code, node, who);
	if (done)
		text_add(&result, "seen: %s%s%s\n", code, *node ? " of " : "", node);
	else
		text_add(&result,
			 "found \"%.40s\" \"%.60s\", would accept the code and node of "
			 "an alarm that stands: /rack/alarms lists them\n",
			 code, node);
	request_result(request, done, &result);
}

static const struct command commands[] = {
	{ .path = "/rack/alarms",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "`/rack/alarm ,ssiddsss` for each alarm that stands: code, node "
		  "(`\"\"` "
		  "for the rack's own), level, since, seen (seconds since 1970; 0 not "
		  "yet), text, who has seen it, what to do; then `/rack/alarms/listed "
		  ",i "
		  "count`",
	  .run = list },
	{ .path = "/rack/alarm/seen",
	  .arguments = "[s code, s node]",
	  .role = ROLE_CONTROL,
	  .help = "marks an alarm as seen, for everybody; without arguments all of "
		  "them, also to a button that sends its value (0 is its release and "
		  "does nothing); then `/rack/result`",
	  .run = see },
	{ .path = NULL },
};

const struct command_set alarm_commands = { .commands = commands };
