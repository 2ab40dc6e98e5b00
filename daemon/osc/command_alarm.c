/* command_alarm.c - what is wrong: /rack/alarms, /rack/alarm/seen. Control thread. */
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

static void see(const struct request *request)
{
	struct message arguments = request_arguments(request);
	const char *code = message_next(&arguments).text;
	const char *node = message_next(&arguments).text;
	struct text result = { .length = 0 };
	char who[INET_ADDRSTRLEN];

	if (!code || request->message->count > 2 ||
	    (request->message->count == 2 && !node)) {
		request_complain(request, "bad_argument",
				 "wanted: the code of an alarm, then its node, or \"\" "
				 "for the rack's own");
		return;
	}
	node = node ? node : "";
	node += *node == '/';
	inet_ntop(AF_INET, &request->sender->address.sin_addr, who, sizeof(who));
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
	  .arguments = "s code, s node",
	  .role = ROLE_CONTROL,
	  .help = "marks an alarm as seen, for everybody; then `/rack/result`",
	  .run = see },
	{ .path = NULL },
};

const struct command_set alarm_commands = { .commands = commands };
