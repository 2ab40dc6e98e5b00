#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# metrics.sh - what lathectl metrics prints of a real rack: Prometheus' own checker takes it, another
# parser takes its OpenMetrics, and the rules make the alerts that they say they make.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
inputs = ( { name = "in"; channels = 2; connect = ["$PROBE:out_1", "$PROBE:out_2"]; } );
nodes = ( { module = "comp"; name = "glue"; threshold = -40.0; }, { module = "loudness"; name = "meter"; } );
outputs = ( { name = "main"; } );
END
rules=docs/prometheus/lathe.rules.yml
has() { grep -q -- "$1" "$work/metrics"; }
stands() { ctl alarms | grep -q -- "$1"; }

start_jackd -r 48000 -p 256
check "starts" start_lathed "$work/rack.conf"
check "it has ports" within 10 has_port "$lathe:main_2"
"$probe" noise 300 >/dev/null 2>&1 &
others=$!
check "an alarm stands" within 60 stands " unconnected rack/output/main "
loud() { ctl get meter/meter/momentary | grep -vq -- "-100"; }
check "it plays" within 30 loud
ctl metrics >"$work/metrics"
check "prints" test -s "$work/metrics"
check "promtool check metrics" promtool check metrics <"$work/metrics"
for what in "lathe_info{rack=\"$lathe\",version=\"[0-9.]*\"} 1" \
	"lathe_uptime_seconds{rack=\"$lathe\"} [0-9]" \
	"lathe_load_ratio{rack=\"$lathe\"} 0" \
	"lathe_block_frames{rack=\"$lathe\"} 256" \
	"lathe_xruns_total{rack=\"$lathe\"} [0-9]" \
	"lathe_jack_reconnects_total{rack=\"$lathe\"} 0" \
	"lathe_osc_unsent_total{rack=\"$lathe\"} 0" \
	"lathe_alarms{rack=\"$lathe\"} [1-9]" \
	"lathe_alarm{rack=\"$lathe\",code=\"unconnected\",node=\"rack/output/main\",level=\"warning\",seen=\"no\"} 1" \
	"lathe_meter{rack=\"$lathe\",node=\"meter\",meter=\"integrated\"} [-0-9]" \
	"lathe_meter{rack=\"$lathe\",node=\"meter\",meter=\"true_peak/2\"} [-0-9]" \
	"lathe_meter{rack=\"$lathe\",node=\"glue\",meter=\"gr\"} [0-9]"; do
	check "has $what" has "$what"
done

# Its OpenMetrics, by a parser that is not ours: the same samples.
ctl metrics openmetrics >"$work/open"
check "OpenMetrics" /usr/bin/python3 - "$work/metrics" "$work/open" <<'PY'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
old = {(s.name, *sorted(s.labels.items())) for f in prometheus(open(sys.argv[1]).read()) for s in f.samples}
families = list(openmetrics(open(sys.argv[2]).read()))
new = {(s.name, *sorted(s.labels.items())) for f in families for s in f.samples}
print(len(old), len(new), old ^ new)
assert len(old) > 40 and old == new
types = {f.name: f.type for f in families}
assert types["lathe"] == "info" and types["lathe_xruns"] == "counter" and types["lathe_meter"] == "gauge"
PY
# A node that is named meter, in the live view too.
ctl meters --seconds 1.5 --summary >"$work/meters"
check "the meter meter's integrated" grep -Eq "^(meter)? +Integrated +[-0-9]|^meter .*Integrated" "$work/meters"
check "another format is refused" not ctl metrics xml
kill -STOP "$lathed_pid"
check "a rack that does not answer is an error" not ctl --timeout 0.5 metrics
kill -CONT "$lathed_pid"

# The rules: taken by promtool, and they fire when they should.
check "promtool check rules" promtool check rules "$rules"
cat >"$work/rules.test.yml" <<END
rule_files: [$(realpath "$rules")]
evaluation_interval: 15s
tests:
  - interval: 15s
    input_series:
      - series: 'lathe_alarm{rack="a",instance="i",code="no_audio",node="",level="error",seen="no"}'
        values: '1 1 1 1 stale'
      - series: 'lathe_alarm{rack="a",instance="i",code="loudness",node="m",level="notice",seen="no"}'
        values: '1x20'
      - series: 'node_textfile_mtime_seconds{instance="i",file="/x/lathe-a.prom"}'
        values: '0x20'
      - series: 'up{job="lathe",instance="j"}'
        values: '1 0x20'
      - series: 'lathe_xruns_total{rack="a",instance="i"}'
        values: '0+1x20'
      - series: 'lathe_uptime_seconds{rack="a",instance="i"}'
        values: '100 0 15 0 15 0 15 30 45x20'
    alert_rule_test:
      - { eval_time: 30s, alertname: LatheAlarm, exp_alerts: [ {
          exp_labels: { rack: a, instance: i, code: no_audio, level: error, seen: "no", severity: critical },
          exp_annotations: { summary: "a on i: no_audio " } } ] }
      - { eval_time: 90s, alertname: LatheAlarm }
      - { eval_time: 60s, alertname: LatheGone }
      - { eval_time: 150s, alertname: LatheGone, exp_alerts: [ {
          exp_labels: { instance: i, file: /x/lathe-a.prom, severity: critical },
          exp_annotations: { summary: "i: /x/lathe-a.prom was not written for 2 minutes" } } ] }
      - { eval_time: 45s, alertname: LatheMachineGone }
      - { eval_time: 90s, alertname: LatheMachineGone, exp_alerts: [ {
          exp_labels: { job: lathe, instance: j, severity: critical },
          exp_annotations: { summary: "j does not answer" } } ] }
      - { eval_time: 2m, alertname: LatheRestarts, exp_alerts: [ {
          exp_labels: { rack: a, instance: i, severity: warning },
          exp_annotations: { summary: "a on i was started 3 times in 30 minutes" } } ] }
      - { eval_time: 4m, alertname: LatheXruns, exp_alerts: [ {
          exp_labels: { rack: a, instance: i, severity: warning },
          exp_annotations: { summary: "a on i: 16 xruns in 10 minutes" } } ] }
END
check "promtool test rules" promtool test rules "$work/rules.test.yml"
cp docs/prometheus/*.yml "$work"
check "the fleet's config" promtool check config "$work/prometheus.yml"
stop_lathed
check "ends" test "$status" = 0
finish
