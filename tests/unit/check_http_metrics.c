/* SPDX-License-Identifier: Apache-2.0 */
/* The text of the metrics: its form, the names, and that each figure is the one it says. */
#include "daemon/http_metrics.h"
#include "tests/unit/http_case.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct http_snap s;
static struct http_now now;
static struct buf out;

static void
setup(void)
{
	http_case_fill(&s);
	now = http_case_now();
	buf_init(&out, LIMIT_HTTP_ANSWER_BYTES);
}

static void
teardown(void)
{
	buf_fini(&out);
}

static void
make(void)
{
	buf_reset(&out);
	http_metrics(&s, &now, &out);
	buf_char(&out, '\0');
	ck_assert(!out.overflow);
}

/* A whole line. */
static bool
has(const char *line)
{
	const char *at = (const char *)out.p;
	size_t n = strlen(line);

	while ((at = strstr(at, line)) != NULL) {
		if ((at == (const char *)out.p || at[-1] == '\n') && at[n] == '\n')
			return true;
		at += n;
	}
	return false;
}

static void
expect(const char *line)
{
	ck_assert_msg(has(line), "no line: %s", line);
}

START_TEST(of_an_active)
{
	make();
	expect("tandem_role{role=\"active\"} 1");
	expect("tandem_role{role=\"standby\"} 0");
	expect("tandem_peer_role{role=\"standby\"} 1");
	expect("tandem_epoch 8");
	expect("tandem_ready 1");
	expect("tandem_serving 1");
	expect("tandem_calls 3");
	expect("tandem_parties{state=\"connected\"} 5");
	expect("tandem_parties_in_doubt 1");
	expect("tandem_monitors{kind=\"device\"} 5");
	expect("tandem_monitors{kind=\"call\"} 2");
	expect("tandem_replication_behind_deltas 2");
	expect("tandem_replication_peer_silence_seconds 0.12");
	expect("tandem_resyncs_total{result=\"full\"} 2");
	expect("tandem_takeover_last_duration_seconds{phase=\"total\"} 0.61");
	expect("tandem_xsi_channel_up{xsp=\"xsp1\"} 1");
	expect("tandem_xsi_channel_up{xsp=\"xsp2\"} 0");
	expect("tandem_xsi_unauthorised_total{xsp=\"xsp2\"} 4");
	expect("tandem_overload{level=\"imminent\"} 1");
	expect("tandem_overload{level=\"none\"} 0");
	expect("tandem_snapshot_age_seconds 0.3");
	expect("tandem_loop_turn_age_seconds 0.12");
	expect("process_cpu_seconds_total 2.5");
	expect("tandem_takeovers_total{reason=\"node\"} 2");
	expect("tandem_takeovers_total{reason=\"switchover\"} 0");
	expect("tandem_takeover_duration_seconds_bucket{phase=\"total\",le=\"0.5\"} 0");
	expect("tandem_takeover_duration_seconds_bucket{phase=\"total\",le=\"1\"} 1");
	expect("tandem_takeover_duration_seconds_count{phase=\"channel\"} 0");
	expect("tandem_cpg_membership_changes_total{reason=\"procdown\"} 3");
	expect("tandem_replication_deltas_sent_total 70");
	expect("tandem_replication_bytes_total{direction=\"sent\"} 9000");
	expect("tandem_replication_behind_seconds 0.0004");
	expect("tandem_xsi_http_responses_total{xsp=\"xsp1\",code=\"2xx\"} 39");
	expect("tandem_xsi_http_responses_total{xsp=\"xsp1\",code=\"none\"} 1");
	expect("tandem_xsi_heartbeat_age_seconds{xsp=\"xsp1\"} 4");
	expect("tandem_xsi_rtt_seconds{xsp=\"xsp1\"} 0.012");
	ck_assert_ptr_null(strstr((char *)out.p, "tandem_xsi_rtt_seconds{xsp=\"xsp2\"}"));
	expect("tandem_tls_cert_expiry_timestamp_seconds{peer=\"listener tls\",kind=\"own\"} 1795400000");
	expect("tandem_tls_cert_expiry_timestamp_seconds{peer=\"listener tls\",kind=\"authority\"} 1895400000");
	ck_assert_ptr_null(strstr((char *)out.p, "peer=\"broadworks\""));
	expect("tandem_log_messages_total{level=\"warning\"} 4");
	expect("tandem_log_lost_total 6");
	expect("tandem_as_failovers_total 1");
	expect("tandem_state_dir_writable 1");
	expect("tandem_client_request_seconds_bucket{service=\"MonitorStart\",le=\"0.0025\"} 1");
	expect("tandem_client_request_seconds_count{service=\"MonitorStart\"} 1");
	expect("tandem_events_sent_total{event=\"DeliveredEvent\"} 33");
	expect("tandem_events_sent_total{event=\"unknown\"} 2");
	ck_assert_ptr_null(strstr((char *)out.p, "event=\"EstablishedEvent\""));
	expect("tandem_xsi_events_received_total{xsp=\"xsp1\",type=\"CallReceivedEvent\"} 7");
	expect("tandem_xsi_events_received_total{xsp=\"xsp1\",type=\"N-WayCallEvent\"} 3");
	expect("tandem_xsi_events_received_total{xsp=\"xsp1\",type=\"other\"} 1");
	expect("tandem_xsi_events_received_total{xsp=\"xsp2\",type=\"other\"} 0");
	ck_assert_ptr_null(strstr((char *)out.p, "type=\"CallAnsweredEvent\""));
	expect("tandem_xsi_events_acked_total{xsp=\"xsp1\"} 10");
	expect("tandem_client_requests_total{service=\"MonitorStart\",result=\"ok\"} 2");
	expect("tandem_client_requests_total{service=\"MonitorStart\",result=\"error\"} 1");
	ck_assert_ptr_null(strstr((char *)out.p, "service=\"MonitorStop\""));
	expect("tandem_event_latency_seconds_bucket{le=\"0.001\"} 1");
	expect("tandem_event_latency_seconds_count 1");
	expect("tandem_loop_lag_seconds_bucket{le=\"0.001\"} 0");
	expect("tandem_loop_lag_seconds_bucket{le=\"0.0025\"} 1");
	expect("tandem_loop_lag_seconds_bucket{le=\"0.025\"} 2");
	expect("tandem_loop_lag_seconds_bucket{le=\"+Inf\"} 2");
	expect("tandem_loop_lag_seconds_sum 0.0215");
	expect("tandem_loop_lag_seconds_count 2");
	expect("tandem_loop_step_seconds_bucket{le=\"0.0001\"} 1");
	expect("process_resident_memory_bytes 12345678");
	expect("process_start_time_seconds 1795310500");
	ck_assert_ptr_nonnull(strstr((char *)out.p, "corosync=\"3.1.7\"} 1\n"));
}
END_TEST

START_TEST(by_cause_and_owner)
{
	make();
	expect("tandem_calls_stuck 1");
	expect("tandem_calls_total{end=\"normal\"} 12");
	expect("tandem_calls_total{end=\"cleared_by_resync\"} 3");
	expect("tandem_desync_parties_total{cause=\"takeover\"} 2");
	expect("tandem_desync_parties_total{cause=\"as_failover\"} 0");
	expect("tandem_desync_parties_total{cause=\"gap\"} 4");
	expect("tandem_snapshot_total{cause=\"join\"} 1");
	expect("tandem_snapshot_total{cause=\"gap\"} 0");
	expect("tandem_snapshot_total{cause=\"mismatch\"} 1");
	expect("tandem_snapshot_duration_seconds 0.12");
	expect("tandem_clients{app=\"other\"} 1");
	expect("tandem_clients{app=\"desk\"} 5");
	expect("tandem_client_queue_bytes{app=\"desk\"} 4711");
	expect("tandem_client_slow_disconnects_total{app=\"desk\"} 2");
	expect("tandem_client_slow_disconnects_total{app=\"other\"} 0");
	expect("tandem_as_users{as=\"unknown\"} 30");
	expect("tandem_as_users{as=\"other\"} 0");
	expect("tandem_as_users{as=\"2\"} 20");
	expect("tandem_subscriptions{package=\"Advanced Call\"} 48");
	expect("tandem_subscriptions{package=\"Call Center Agent\"} 0");
	expect("tandem_subscription_refresh_due_seconds 81.5");
	s.counts.refresh_due_us = -1;
	make();
	ck_assert_ptr_null(strstr((char *)out.p, "\ntandem_subscription_refresh_due_seconds "));
	expect("tandem_subscription_failures_total{package=\"Call Center Agent\",code=\"forbidden\"} 7");
	ck_assert_ptr_null(strstr((char *)out.p, "code=\"not_found\""));
	expect("tandem_xsi_channel_losses_total{xsp=\"xsp1\",cause=\"heartbeat\"} 1");
	expect("tandem_xsi_channel_losses_total{xsp=\"xsp1\",cause=\"closed\"} 0");
	expect("tandem_xsi_duplicates_total{xsp=\"xsp1\"} 8");
	expect("tandem_xsi_early_total{xsp=\"xsp1\"} 9");
	expect("tandem_xsi_sequence_gaps_total{xsp=\"xsp1\"} 2");
	expect("tandem_replication_apply_seconds_bucket{le=\"0.0001\"} 1");
}
END_TEST

/* Parties that are in doubt later, or on another node, are not stuck since the takeover. */
START_TEST(calls_of_a_takeover)
{
	make();
	expect("tandem_takeover_calls{result=\"kept\"} 205");
	expect("tandem_takeover_calls{result=\"changed\"} 4");
	expect("tandem_takeover_calls{result=\"ended\"} 6");
	expect("tandem_takeover_calls{result=\"learned\"} 9");
	expect("tandem_takeover_calls{result=\"stuck\"} 0");
	expect("tandem_takeover_last_duration_seconds{phase=\"decide\"} 0.54");
	expect("tandem_takeover_last_duration_seconds{phase=\"door\"} 0.025");
	s.takeover.decide_ms = s.takeover.door_ms = NODE_NO_TIME;
	s.takeover.done = false;
	make();
	expect("tandem_takeover_calls{result=\"stuck\"} 3");
	ck_assert_ptr_null(strstr((char *)out.p, "last_duration_seconds{phase=\"decide\"}"));
	ck_assert_ptr_null(strstr((char *)out.p, "last_duration_seconds{phase=\"door\"}"));
	s.view.role = HA_STANDBY;
	make();
	expect("tandem_takeover_calls{result=\"kept\"} 205");
	ck_assert_ptr_null(strstr((char *)out.p, "result=\"stuck\""));
}
END_TEST

START_TEST(of_a_standby)
{
	s.view.role = HA_STANDBY;
	s.view.peer.role = HA_ACTIVE;
	s.view.peer.offset = s.view.offset + 5;
	s.serving = false;
	s.takeover.at_wall_us = 0;
	make();
	expect("tandem_role{role=\"standby\"} 1");
	expect("tandem_role{role=\"active\"} 0");
	expect("tandem_replication_behind_deltas 5");
	expect("tandem_serving 0");
	ck_assert_ptr_null(strstr((char *)out.p, "\ntandem_as_users{"));
	/* no takeover: no figure of one, but for its time, 0 */
	ck_assert_ptr_null(strstr((char *)out.p, "tandem_takeover_last_duration_seconds{"));
	s.view.role = HA_SYNCING;
	s.view.peer.known = false;
	make();
	expect("tandem_role{role=\"starting\"} 1");
	expect("tandem_peer_role{role=\"active\"} 0");
	ck_assert_ptr_null(strstr((char *)out.p, "\ntandem_replication_behind_deltas "));
	ck_assert_ptr_null(strstr((char *)out.p, "\ntandem_replication_peer_silence_seconds "));
}
END_TEST

START_TEST(what_is_not_known_is_left_out)
{
	now.rss_bytes = -1;
	now.libraries = NULL;
	make();
	ck_assert_ptr_null(strstr((char *)out.p, "process_resident_memory_bytes"));
	expect("tandem_build_info{version=\"" TANDEM_VERSION "\",wire=\"2\"} 1");
	s.at_us = 0;
	make();
	ck_assert_ptr_null(strstr((char *)out.p, "tandem_role"));
	expect("process_open_fds 42");
}
END_TEST

/* Names of links are the operator's. */
START_TEST(labels_are_escaped)
{
	strcpy(s.links[0].name, "a\"b\\c\nd\xc3");
	make();
	expect("tandem_xsi_channel_up{xsp=\"a\\\"b\\\\c?d?\"} 1");
}
END_TEST

/* All links there may be, with the longest names, and every type, service and application: it fits into an answer. */
START_TEST(the_most_there_can_be)
{
	s.link_count = LIMIT_XSPS;
	for (uint32_t i = 0; i < LIMIT_XSPS; i++) {
		struct node_link *l = &s.links[i];

		*l = s.links[0];
		memset(l->name, '"', sizeof(l->name) - 1); /* each takes two */
		l->name[sizeof(l->name) - 1] = '\0';
		for (unsigned k = 0; k < XSI_EVENT_COUNT; k++)
			l->events_of[k] = UINT64_MAX;
	}
	for (unsigned i = 0; i < METER_REQUESTS; i++) {
		s.meter.good[i] = s.meter.errors[i] = UINT64_MAX;
		s.meter.request[i] = s.meter.event_wait;
		s.meter.request[i].count = UINT64_MAX;
	}
	for (unsigned i = 0; i < METER_APPS; i++)
		memset(s.meter.apps[i].name, 'a', sizeof(s.meter.apps[i].name) - 1);
	make();
	ck_assert_ptr_nonnull(strstr((char *)out.p, "\ntandem_loop_lag_seconds_count "));
}
END_TEST

/* HELP and TYPE once for each name, in this order, before its series; counters end in _total, and nothing else does. */
START_TEST(the_form)
{
	char name[128] = "", type[16] = "";
	char *line, *rest;

	make();
	for (line = strtok_r((char *)out.p, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "# HELP ", 7) == 0) {
			ck_assert_int_eq(sscanf(line, "# HELP %127s", name), 1);
			ck_assert_msg(line[strlen(line) - 1] == '.', "%s", line);
			continue;
		}
		if (strncmp(line, "# TYPE ", 7) == 0) {
			char named[128];

			ck_assert_int_eq(sscanf(line, "# TYPE %127s %15s", named, type), 2);
			ck_assert_str_eq(named, name);
			ck_assert_int_eq(strcmp(type, "counter") == 0,
				strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0);
			continue;
		}
		ck_assert_msg(strncmp(line, name, strlen(name)) == 0, "%s under %s", line, name);
		ck_assert_msg(strchr("{ _", line[strlen(name)]) != NULL, "%s", line);
		ck_assert_msg(isdigit((unsigned char)line[strlen(line) - 1]), "%s", line);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_metrics");
	TCase *t = tcase_create("http_metrics");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, of_an_active);
	tcase_add_test(t, by_cause_and_owner);
	tcase_add_test(t, calls_of_a_takeover);
	tcase_add_test(t, of_a_standby);
	tcase_add_test(t, what_is_not_known_is_left_out);
	tcase_add_test(t, labels_are_escaped);
	tcase_add_test(t, the_most_there_can_be);
	tcase_add_test(t, the_form);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
