/* SPDX-License-Identifier: Apache-2.0 */
/* A full snapshot: see http_case.h. */
#include "tests/unit/http_case.h"

#include "proto/base/log.h"

#include <string.h>

#define CASE_US 1000000000

static void
fill_links(struct http_snap *s)
{
	s->link_count = 2;
	s->links[0] = (struct node_link){ .name = "xsp1",
		.url = "https://xsp1.example",
		.transport = "http",
		.state = "open",
		.requests = 40,
		.failures = 1,
		.opens = 2,
		.events = 11,
		.events_of = { [XSI_EV_CallReceived] = 7,
			[XSI_EV_NWayCall] = 3,
			[XSI_EV_UNKNOWN] = 1 },
		.acks = 10,
		.beaten = true,
		.beat_age_us = 4000000,
		.rtt_us = 12000,
		.responses = { [METER_CODE_2XX] = 39, [METER_CODE_NONE] = 1 },
		.losses = 1,
		.lost = { [METER_LOSS_HEARTBEAT] = 1 },
		.duplicates = 8,
		.early = 9,
		.gaps = 2,
		.queued = 3 };
	s->links[1] = (struct node_link){ .name = "xsp2",
		.url = "https://xsp2.example",
		.transport = "cti",
		.state = "down",
		.reason = "no answer",
		.refusals = 4,
		.overloads = 5,
		.redirects = 6 };
}

static void
fill_lists(struct http_snap *s)
{
	s->session_count = 2;
	s->sessions[0] = (struct node_session){ .id = 0x10000000001,
		.user = "reporting",
		.peer = "192.0.2.17:50123",
		.attached = true,
		.kept = true,
		.monitors = 2,
		.waiting_messages = 7,
		.waiting_bytes = 4711 };
	s->sessions[1] = (struct node_session){ .id = 0x10000000002, .user = "wall", .kept = true };
	s->monitor_count = 2;
	s->monitors[0] = (struct node_monitor){ .id = 0x10000000003,
		.session = 0x10000000001,
		.device = "agent07",
		.in_service = true };
	s->monitors[1] = (struct node_monitor){
		.id = 0x10000000004, .session = 0x10000000001, .calls = true, .in_service = true
	};
	s->parties.of_state[NODE_PARTY_CONNECTED] = 5;
	s->parties.of_state[NODE_PARTY_ALERTING] = 2;
	s->parties.doubts = 1;
	s->parties.stuck = 3;
	s->parties.calls_stuck = 1;
	s->doubts[0] = (struct node_doubt){
		.device = "agent11", .call = 0x10000000005, .state = NODE_PARTY_CONNECTED
	};
}

static void
fill_view(struct http_snap *s)
{
	struct ha_view v = { .role = HA_ACTIVE,
		.epoch = 8,
		.offset = 184223,
		.gate_open = true,
		.quorate = true,
		.digest_equal = true,
		.digest_offset = 184200,
		.counts = { .frames_malformed = 1,
			.resyncs_full = 2,
			.snapshots = { [HA_SYNC_JOIN] = 1, [HA_SYNC_MISMATCH] = 1 },
			.snapshot_us = 120000,
			.stalls = 3,
			.deltas_sent = 70,
			.bytes_sent = 9000 } };

	v.peer = (struct ha_peer_view){ .known = true,
		.role = HA_STANDBY,
		.epoch = 8,
		.behind = 2,
		.behind_us = 400,
		.in_step = true,
		.beat_age_ms = 120,
		.health = STR("name=n1 calls=3 monitors=2 clients=1 sessions=2 channels=0/2 "
			      "devices=50 out=0 up=12 conf=1a2b3c4d desync=0") };
	http_snap_set_view(s, &v);
}

void
http_case_fill(struct http_snap *s)
{
	memset(s, 0, sizeof(*s));
	s->at_us = CASE_US;
	s->wall_us = 1795310575201000;
	strcpy(s->node_name, "n2");
	s->clustered = s->fencing = s->serving = true;
	s->digest = 0x7f3a91c2;
	s->counts = (struct node_counts){ .calls = 3,
		.monitors = 2,
		.device_monitors = 5,
		.call_monitors = 2,
		.sessions = 2,
		.clients = 1,
		.channels_open = 1,
		.channels_want = 2,
		.devices = 50,
		.devices_out = 1,
		.subscribed = { [CORE_PACKAGE_advanced_call] = 48 },
		.refresh_due_us = 81500000,
		.desynchronised = 6,
		.uptime_s = 77,
		.overload = "imminent",
		.overloads = 1 };
	s->takeover = (struct node_takeover){ .epoch = 8,
		.at_wall_us = 1795310000000000,
		.promote_ms = 20,
		.channel_ms = 130,
		.door_ms = 25,
		.decide_ms = 540,
		.resync_ms = 610,
		.calls_kept = 205,
		.calls_changed = 4,
		.calls_cleared = 6,
		.calls_learned = 9,
		.done = true };
	s->meter =
		(struct meter){ .events_sent = { [CSTA_EV_Delivered] = 33, [CSTA_EVENT_COUNT] = 2 },
			.as_failovers = 1 };
	s->meter.activations[METER_REASON_NODE] = 2;
	s->meter.memberships[HA_REASON_PROCDOWN] = 3;
	s->meter.good[CSTA_MonitorStart] = 2;
	s->meter.errors[CSTA_MonitorStart] = 1;
	s->meter.desynchronised[METER_DESYNC_GAP] = 4;
	s->meter.desynchronised[METER_DESYNC_TAKEOVER] = 2;
	s->meter.calls_ended[METER_END_NORMAL] = 12;
	s->meter.calls_ended[METER_END_RESYNC] = 3;
	s->meter.subscription_failures[CORE_PACKAGE_agent][METER_REFUSAL_FORBIDDEN] = 7;
	s->meter.servers[METER_SERVER_UNKNOWN].devices = 30;
	s->meter.servers[METER_SERVERS - 1] = (struct meter_server){ .id = "2", .devices = 20 };
	s->meter.apps[METER_APP_OTHER].clients = 1;
	s->meter.apps[1] = (struct meter_app){
		.name = "desk", .slow_disconnects = 2, .clients = 5, .queue_bytes = 4711
	};
	meter_add(&s->meter.request[CSTA_MonitorStart], 1200);
	meter_add_takeover(&s->meter.takeover[METER_PHASE_TOTAL], 610000);
	meter_add(&s->meter.event_wait, 700);
	meter_add(&s->loop.apply, 60);
	meter_add(&s->loop.step, 90);
	meter_add(&s->loop.late, 1500);
	meter_add(&s->loop.late, 20000);
	s->loop.log_messages[LOG_WARNING] = 4;
	s->loop.log_lost = 6;
	s->loop.certs = (struct meter_certs){ .count = 3,
		.certs = { { .peer = "listener tls", .known = true, .ends_s = 1795400000 },
			{ .peer = "listener tls",
				.authority = true,
				.known = true,
				.ends_s = 1895400000 },
			{ .peer = "broadworks" } } };
	fill_view(s);
	fill_links(s);
	fill_lists(s);
}

struct http_now
http_case_now(void)
{
	return (struct http_now){
		.mono_us = CASE_US + 300000,
		.turn_age_us = 120000,
		.cpu_us = 2500000,
		.rss_bytes = 12345678,
		.open_fds = 42,
		.max_fds = 65536,
		.start_wall_us = 1795310500000000,
		.libraries =
			"libuv=\"1.44.2\",libmicrohttpd=\"0.9.75\",libxml2=\"2.9.14\",corosync=\"3.1.7\""
	};
}
