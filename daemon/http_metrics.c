/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics: see http_metrics.h. Nothing can fail here but memory. */
#include "daemon/http_metrics.h"

#include "ha/ha_frame.h"
#include "proto/base/log.h"

#include <inttypes.h>
#include <stdio.h>

/* What is printed from. */
struct page {
	const struct http_snap *s;
	const struct http_now *now;
	struct buf *out;
};

/* --- figures without labels: name, type, help, value ---------------------------------------------- */

#define US(us) ((double)(us) / 1e6)
#define MS(ms) ((double)(ms) / 1e3)

/* of the process and the loop: known even before the first snapshot; a negative value is left out */
#define HTTP_NOW_FIGURES(XX) \
	XX(tandem_loop_turn_age_seconds, gauge, \
		"How long ago the main loop turned last; /live says 503 from 2 s on.", \
		US(now->turn_age_us)) \
	XX(process_cpu_seconds_total, counter, \
		"User and system time that the process has taken of the processors.", \
		US(now->cpu_us)) \
	XX(process_resident_memory_bytes, gauge, "Resident memory of the process.", \
		now->rss_bytes) \
	XX(process_open_fds, gauge, "Open file descriptors.", now->open_fds) \
	XX(process_max_fds, gauge, "File descriptors that may be open.", now->max_fds) \
	XX(process_start_time_seconds, gauge, "When the process started, since 1970 in UTC.", \
		US(now->start_wall_us))

#define HTTP_FIGURES(XX) \
	XX(tandem_snapshot_age_seconds, gauge, \
		"How old the figures below are: the loop publishes them each second, and when the role changes.", \
		US(now->mono_us - s->at_us)) \
	XX(tandem_uptime_seconds, gauge, "Since this node started.", s->counts.uptime_s) \
	XX(tandem_serving, gauge, \
		"1 if this node is active, its gate is open and clients may connect.", s->serving) \
	XX(tandem_epoch, gauge, \
		"Epoch of the state that this node holds: a generation, and a node in its lowest bits.", \
		s->view.epoch) \
	XX(tandem_ready, gauge, \
		"1 if the standby could take over now: it is there, in step, with equal configuration and state.", \
		is_ready(s)) \
	XX(tandem_quorate, gauge, "1 if the cluster has quorum as this node sees it.", \
		s->view.quorate) \
	XX(tandem_fencing, gauge, "1 if the configuration says that the cluster has fencing.", \
		s->fencing) \
	XX(tandem_config_equal, gauge, \
		"1 if the configurations of the nodes are equal, or no other node is known.", \
		!s->view.peer.known || !s->view.peer.config_differs) \
	XX(tandem_takeover_last_epoch, gauge, \
		"Epoch of the last takeover by this process; 0 if there was none.", \
		s->takeover.epoch) \
	XX(tandem_last_takeover_timestamp_seconds, gauge, \
		"When this process became active last, since 1970 in UTC; 0 if it never did.", \
		US(s->takeover.at_wall_us)) \
	XX(tandem_replication_peer, gauge, "1 if another node is heard.", s->view.peer.known) \
	XX(tandem_replication_degraded, gauge, \
		"1 if this node is active without a standby in step.", s->view.degraded) \
	XX(tandem_replication_copied, gauge, \
		"1 if this node, active without a standby in step, keeps the state in a file of its host.", \
		s->view.copied) \
	XX(tandem_replication_unconfirmed, gauge, \
		"1 if effects leave without the confirmation of a standby that is there.", \
		s->view.unconfirmed) \
	XX(tandem_replication_offset, gauge, "Deltas of this epoch that this node has applied.", \
		s->view.offset) \
	XX(tandem_replication_digest_equal, gauge, \
		"1 if both nodes had the same state when they were compared last, or never were.", \
		s->view.digest_offset == 0 || s->view.digest_equal) \
	XX(tandem_replication_digest_mismatch_total, counter, \
		"Comparisons of the states of the nodes that found a difference (37320).", \
		s->view.counts.digests_differed) \
	XX(tandem_replication_deltas_sent_total, counter, \
		"Changes of the state that this node made as the active.", \
		s->view.counts.deltas_sent) \
	XX(tandem_replication_deltas_received_total, counter, \
		"Changes of the state that this node applied as a standby.", \
		s->view.counts.deltas_received) \
	XX(tandem_snapshot_bytes, gauge, \
		"Size of the last snapshot of the state that this node read; 0 if it never had to.", \
		s->view.counts.snapshot_bytes) \
	XX(tandem_replication_frames_malformed_total, counter, \
		"Messages of the ring that were refused (37315).", \
		s->view.counts.frames_malformed) \
	XX(tandem_replication_frames_stale_total, counter, \
		"Messages of the ring from another epoch, or from nobody of the group.", \
		s->view.counts.frames_stale) \
	XX(tandem_stalls_total, counter, "Times that this node did not run for a while (37421).", \
		s->view.counts.stalls) \
	XX(tandem_calls, gauge, "Calls that are known.", s->counts.calls) \
	XX(tandem_parties_in_doubt, gauge, \
		"Parties of calls whose device is not confirmed: whether they are still there is being asked.", \
		s->parties.doubts) \
	XX(tandem_calls_stuck, gauge, \
		"Calls with a party that BroadWorks has not confirmed: those that tandemctl stuck lists.", \
		s->parties.calls_stuck) \
	XX(tandem_snapshot_duration_seconds, gauge, \
		"How long the last snapshot of the state took that this node read, from the request for it; 0 if it never had to.", \
		US(s->view.counts.snapshot_us)) \
	XX(tandem_devices, gauge, "Devices that are known.", s->counts.devices) \
	XX(tandem_devices_out_of_service, gauge, \
		"Devices that clients were told are out of service.", s->counts.devices_out) \
	XX(tandem_sessions, gauge, "CSTA sessions, those without a connection included.", \
		s->counts.sessions) \
	XX(tandem_malformed_total, counter, \
		"Documents of BroadWorks and frames of clients that were skipped.", \
		s->counts.malformed) \
	XX(tandem_early_refused_total, counter, \
		"Events that came out of order and found no room: BroadWorks delivers them again (37211).", \
		s->counts.early_refused) \
	XX(tandem_as_failovers_total, counter, \
		"Times that every device was asked because an application server may have failed over (37505).", \
		s->meter.as_failovers) \
	XX(tandem_cpg_flow_control_total, counter, \
		"Times that corosync had no room for a message at once.", s->loop.ring_full) \
	XX(tandem_log_lost_total, counter, \
		"Messages that syslog did not take (log-syslog); the log has them.", \
		s->loop.log_lost) \
	XX(tandem_state_dir_writable, gauge, \
		"1 if there is room in state-dir and what is to be kept was written (37910).", \
		s->loop.state.why[0] == '\0') \
	XX(tandem_state_dir_failures_total, counter, \
		"Times that state-dir became full, or could not be written.", \
		s->loop.state.failures) \
	XX(tandem_state_dir_held_lines, gauge, \
		"Lines of the history that wait in memory for room in state-dir.", \
		s->loop.state.held) \
	XX(tandem_overloads_total, counter, "Times that this node became overloaded (37620).", \
		s->counts.overloads) \
	XX(tandem_xsi_channels_open, gauge, "Event channels that are open.", \
		s->counts.channels_open) \
	XX(tandem_xsi_channels_wanted, gauge, "Event channels that an active node wants open.", \
		s->counts.channels_want)

/* --- families with labels: name, type, help -------------------------------------------------------- */

#define HTTP_FAMILIES(XX) \
	XX(tandem_build_info, gauge, "1; the versions are in the labels.") \
	XX(tandem_role, gauge, "1 for the role that this node has, 0 for the others.") \
	XX(tandem_peer_role, gauge, "The same of the other node, as this one hears of it.") \
	XX(tandem_replication_behind_deltas, gauge, \
		"Deltas that a standby lacks: of the other node on the active, of this one on a standby.") \
	XX(tandem_replication_behind_seconds, gauge, \
		"On the active: how long the standby has not acknowledged the oldest delta that it lacks.") \
	XX(tandem_replication_bytes_total, counter, "Bytes of messages of the ring.") \
	XX(tandem_cpg_membership_changes_total, counter, \
		"Processes that joined the group or left it, and how.") \
	XX(tandem_replication_peer_silence_seconds, gauge, \
		"How long nothing was heard of the other node.") \
	XX(tandem_resyncs_total, counter, \
		"Times that this node got the state from the active: whole, only the missing part, or not.") \
	XX(tandem_snapshot_total, counter, \
		"Snapshots of the whole state that this node read, by what made it ask for one: it came or the active was another one, something did not come, or it held something else than the active.") \
	XX(tandem_takeover_last_duration_seconds, gauge, \
		"Of the last takeover by this process, from the promote order: until active, until clients might come (door), until the first channel was open, until everything was compared with BroadWorks. decide is before that order, from the loss of the other node: the cluster decides, and fences; there is none of a switchover.") \
	XX(tandem_takeovers_total, counter, \
		"Times that this process became active, by what had become of the active before it: it gave up the role, its process died, its node or the link to it, or there was none.") \
	XX(tandem_takeover_duration_seconds, histogram, \
		"The same durations, of all takeovers by this process.") \
	XX(tandem_takeover_calls, gauge, \
		"Parties of calls at the last takeover by this process: that were as BroadWorks had them, that were not, that it did not have any more, that were new; stuck: that it has not confirmed yet, only as long as this node is active.") \
	XX(tandem_parties, gauge, "Parties of calls by their state.") \
	XX(tandem_monitors, gauge, \
		"Monitors of all sessions, by monitorType: what happens at a device, or calls wherever they go.") \
	XX(tandem_as_users, gauge, \
		"On the active: devices by the application server on which their last call was made, as its tracking id names it; unknown = no call since this node became active, other = there are too many servers.") \
	XX(tandem_calls_total, counter, \
		"Calls that ended while this node was active: as BroadWorks told it, or found gone by a comparison.") \
	XX(tandem_desync_parties_total, counter, \
		"Call parties that were out of step with BroadWorks, each one a message 37205, by what they were compared for: a takeover, an application server that may have failed over, missing events, somebody's request, the regular comparison.") \
	XX(tandem_clients, gauge, \
		"CSTA sessions with a living connection, by section [application NAME]; other = of none. Looked at twice a second, as the next.") \
	XX(tandem_client_queue_bytes, gauge, \
		"Bytes of messages that wait for clients, or are kept for a resume.") \
	XX(tandem_client_slow_disconnects_total, counter, \
		"Connections that were closed because the client read too slowly (37605).") \
	XX(tandem_events_sent_total, counter, \
		"Events that were sent to clients, by kind; those that came once at least. unknown = said by the other node before this one had its state.") \
	XX(tandem_subscriptions, gauge, \
		"Subscriptions at BroadWorks that are known, by event package; one may carry several.") \
	XX(tandem_subscription_refresh_due_seconds, gauge, \
		"In how long the next subscription is asked anew, which renews it and compares its snapshot; 0 = it is due. Only on a node that has some.") \
	XX(tandem_subscription_failures_total, counter, \
		"Subscribing, or asking anew, that BroadWorks refused or did not answer, by the first package of it and what the answer was; those that came once at least.") \
	XX(tandem_overload, gauge, "1 for how overloaded this node is, 0 for the other levels.") \
	XX(tandem_xsi_channel_up, gauge, "1 if the event channel of the link is open.") \
	XX(tandem_xsi_channel_opens_total, counter, \
		"Event channels of the link that were opened.") \
	XX(tandem_xsi_channel_losses_total, counter, \
		"Open event channels of the link that were lost, and how.") \
	XX(tandem_xsi_duplicates_total, counter, \
		"Events over the link with a number that was there before.") \
	XX(tandem_xsi_early_total, counter, \
		"Events over the link that came before others with lower numbers, and waited for them.") \
	XX(tandem_xsi_sequence_gaps_total, counter, \
		"Times that events of a subscription did not come (37209), by the link over which the event behind them came.") \
	XX(tandem_xsi_requests_total, counter, "Requests that were sent over the link.") \
	XX(tandem_xsi_request_failures_total, counter, \
		"Requests over the link that got no answer, or a refusal.") \
	XX(tandem_xsi_unauthorised_total, counter, "Answers 401 over the link.") \
	XX(tandem_xsi_overloads_total, counter, "Answers 503 over the link.") \
	XX(tandem_xsi_redirects_total, counter, "Redirects over the link.") \
	XX(tandem_xsi_requests_queued, gauge, "Requests that wait for the link.") \
	XX(tandem_xsi_http_responses_total, counter, \
		"Answers over the link by their status; none = there was no answer.") \
	XX(tandem_xsi_heartbeat_age_seconds, gauge, \
		"How long ago a heartbeat of the link's event channel was answered last; only of open ones.") \
	XX(tandem_xsi_rtt_seconds, gauge, "How long the last request over the link took.") \
	XX(tandem_xsi_events_received_total, counter, \
		"Events that BroadWorks delivered over the link, all copies of them, by type; other = a type that is not known. Those that came once at least.") \
	XX(tandem_xsi_events_acked_total, counter, \
		"Acknowledgements of events that were sent over the link.") \
	XX(tandem_xsi_ack_failures_total, counter, \
		"Acknowledgements over the link that got no answer, or a refusal.") \
	XX(tandem_tls_cert_expiry_timestamp_seconds, gauge, \
		"When a certificate expires, since 1970 in UTC: our own (the first of its chain), or the last of a file of authorities. peer is the section of tandem.conf that names it.") \
	XX(tandem_log_messages_total, counter, \
		"Messages of the log, those that were not written included.") \
	XX(tandem_client_requests_total, counter, \
		"Requests of clients within a session that were answered, by service and result; those that came once at least.") \
	XX(tandem_client_request_seconds, histogram, \
		"Of a request of a client, from its coming to the making of its answer, by service; those that came once at least.") \
	XX(tandem_replication_apply_seconds, histogram, \
		"On a standby: of a message of the active, from its coming until what it changes was applied.") \
	XX(tandem_event_latency_seconds, histogram, \
		"Of an event to a client, from the step of the loop that took it in to the step that sent it: it waits for the standby, for the answer to a request, or for the client.") \
	XX(tandem_loop_step_seconds, histogram, "Length of a step of the loop.") \
	XX(tandem_loop_lag_seconds, histogram, "How late timers of the loop were.")

/* --- printing -------------------------------------------------------------------------------------- */

static void
put_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_figure(struct buf *out, const char *name, const char *type, const char *help, double value)
{
	put_head(out, name, type, help);
	buf_printf(out, "%s %.15g\n", name, value);
}

static void
put_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\\' || *text == '"')
			buf_printf(out, "\\%c", *text);
		else
			buf_char(out, *text >= ' ' && *text <= '~' ? *text : '?');
}

static void
put_labelled(struct buf *out, const char *name, const char *label, const char *value, double figure)
{
	buf_printf(out, "%s{%s=\"", name, label);
	put_escaped(out, value);
	buf_printf(out, "\"} %.15g\n", figure);
}

static bool
is_ready(const struct http_snap *s)
{
	struct stat_input in = http_snap_stat(s);
	char text[200];

	return stat_ready(&in, text, sizeof(text));
}

/* --- the families ---------------------------------------------------------------------------------- */

#define FAMILY(name) static void name(const struct page *p, const char *me)
#define WORD(name, text) text,

FAMILY(tandem_build_info)
{
	buf_printf(p->out, "%s{version=\"" TANDEM_VERSION "\",wire=\"%d\"%s%s} 1\n", me,
		HA_WIRE_VERSION, p->now->libraries != NULL ? "," : "",
		p->now->libraries != NULL ? p->now->libraries : "");
}

static void
put_role(const struct page *p, const char *me, bool known, enum ha_role role)
{
	const bool starting = role == HA_INIT || role == HA_JOINING || role == HA_SYNCING;
	const bool active = role == HA_ACTIVE || role == HA_CLAIMING || role == HA_DRAINING;

	put_labelled(p->out, me, "role", "active", known && active);
	put_labelled(p->out, me, "role", "standby", known && role == HA_STANDBY);
	put_labelled(p->out, me, "role", "starting", known && starting);
	put_labelled(p->out, me, "role", "fenced", known && role == HA_FENCED);
}

FAMILY(tandem_role)
{
	put_role(p, me, true, p->s->view.role);
}

FAMILY(tandem_peer_role)
{
	put_role(p, me, p->s->view.peer.known, p->s->view.peer.role);
}

/* Without a standby, or on one without an active, there is nothing to be behind of. */
FAMILY(tandem_replication_behind_deltas)
{
	const struct ha_view *v = &p->s->view;

	if (v->role == HA_STANDBY && stat_behind(v) >= 0)
		buf_printf(p->out, "%s %" PRId64 "\n", me, stat_behind(v));
	else if (v->role == HA_ACTIVE && v->peer.known && v->peer.role == HA_STANDBY)
		buf_printf(p->out, "%s %" PRIu64 "\n", me, v->peer.behind);
}

FAMILY(tandem_replication_peer_silence_seconds)
{
	if (p->s->view.peer.known)
		buf_printf(p->out, "%s %.15g\n", me, MS(p->s->view.peer.beat_age_ms));
}

FAMILY(tandem_resyncs_total)
{
	const struct ha_counts *c = &p->s->view.counts;

	put_labelled(p->out, me, "result", "full", (double)c->resyncs_full);
	put_labelled(p->out, me, "result", "partial", (double)c->resyncs_partial);
	put_labelled(p->out, me, "result", "failed", (double)c->resyncs_failed);
}

FAMILY(tandem_takeover_last_duration_seconds)
{
	const struct node_takeover *t = &p->s->takeover;

	if (t->at_wall_us == 0)
		return;
	if (t->decide_ms >= 0)
		put_labelled(p->out, me, "phase", "decide", MS(t->decide_ms));
	put_labelled(p->out, me, "phase", "promote", MS(t->promote_ms));
	if (t->door_ms >= 0)
		put_labelled(p->out, me, "phase", "door", MS(t->door_ms));
	if (t->channel_ms > 0)
		put_labelled(p->out, me, "phase", "channel", MS(t->channel_ms));
	if (t->done)
		put_labelled(p->out, me, "phase", "total", MS(t->resync_ms));
}

FAMILY(tandem_as_users)
{
	const struct meter_server *servers = p->s->meter.servers;

	if (p->s->view.role != HA_ACTIVE)
		return;
	put_labelled(p->out, me, "as", "unknown", servers[METER_SERVER_UNKNOWN].devices);
	put_labelled(p->out, me, "as", "other", servers[METER_SERVER_OTHER].devices);
	for (unsigned i = METER_SERVER_OTHER + 1; i < METER_SERVERS; i++)
		if (servers[i].id[0] != '\0')
			put_labelled(p->out, me, "as", servers[i].id, servers[i].devices);
}

FAMILY(tandem_takeover_calls)
{
	const struct node_takeover *t = &p->s->takeover;

	if (t->at_wall_us == 0)
		return;
	put_labelled(p->out, me, "result", "kept", t->calls_kept);
	put_labelled(p->out, me, "result", "changed", t->calls_changed);
	put_labelled(p->out, me, "result", "ended", t->calls_cleared);
	put_labelled(p->out, me, "result", "learned", t->calls_learned);
	if (p->s->view.role == HA_ACTIVE) /* what is stuck later is not of the takeover */
		put_labelled(p->out, me, "result", "stuck", t->done ? 0 : p->s->parties.stuck);
}

FAMILY(tandem_snapshot_total)
{
	static const char *const causes[] = { HA_SYNC_CAUSES(WORD) };

	for (unsigned i = 0; i < HA_SYNC_CAUSE_COUNT; i++)
		put_labelled(
			p->out, me, "cause", causes[i], (double)p->s->view.counts.snapshots[i]);
}

FAMILY(tandem_calls_total)
{
	const uint64_t *ended = p->s->meter.calls_ended;

	put_labelled(p->out, me, "end", "normal", (double)ended[METER_END_NORMAL]);
	put_labelled(p->out, me, "end", "cleared_by_resync", (double)ended[METER_END_RESYNC]);
}

FAMILY(tandem_desync_parties_total)
{
	static const char *const causes[] = { METER_DESYNCS(WORD) };

	for (unsigned i = 0; i < METER_DESYNC_COUNT; i++)
		put_labelled(p->out, me, "cause", causes[i], (double)p->s->meter.desynchronised[i]);
}

/* One series for each application that has had a session, and one for all others. */
#define APP_FAMILY(metric, figure) \
	FAMILY(metric) \
	{ \
		for (uint32_t i = 0; i < METER_APPS; i++) { \
			const struct meter_app *a = &p->s->meter.apps[i]; \
			if (i == METER_APP_OTHER || a->name[0] != '\0') \
				put_labelled(p->out, me, "app", \
					i == METER_APP_OTHER ? "other" : a->name, \
					(double)(figure)); \
		} \
	}

APP_FAMILY(tandem_clients, a->clients)
APP_FAMILY(tandem_client_queue_bytes, a->queue_bytes)
APP_FAMILY(tandem_client_slow_disconnects_total, a->slow_disconnects)

FAMILY(tandem_events_sent_total)
{
	for (unsigned i = 0; i <= CSTA_EVENT_COUNT; i++)
		if (p->s->meter.events_sent[i] > 0)
			put_labelled(p->out, me, "event",
				i < CSTA_EVENT_COUNT ? csta_event_name((enum csta_event_kind)i) :
						       "unknown",
				(double)p->s->meter.events_sent[i]);
}

FAMILY(tandem_subscriptions)
{
	for (unsigned i = 0; i < CORE_PACKAGE_count; i++)
		put_labelled(p->out, me, "package", core_package_text((enum core_package)i),
			p->s->counts.subscribed[i]);
}

FAMILY(tandem_subscription_refresh_due_seconds)
{
	if (p->s->counts.refresh_due_us >= 0)
		buf_printf(p->out, "%s %.15g\n", me, US(p->s->counts.refresh_due_us));
}

FAMILY(tandem_subscription_failures_total)
{
	static const char *const codes[] = { METER_REFUSALS(WORD) };

	for (unsigned i = 0; i < CORE_PACKAGE_count; i++)
		for (unsigned code = 0; code < METER_REFUSAL_COUNT; code++)
			if (p->s->meter.subscription_failures[i][code] > 0)
				buf_printf(p->out, "%s{package=\"%s\",code=\"%s\"} %" PRIu64 "\n",
					me, core_package_text((enum core_package)i), codes[code],
					p->s->meter.subscription_failures[i][code]);
}

FAMILY(tandem_parties)
{
	for (enum node_party_state i = 0; i < NODE_PARTY_COUNT; i++)
		put_labelled(p->out, me, "state", http_party_state(i), p->s->parties.of_state[i]);
}

FAMILY(tandem_monitors)
{
	put_labelled(p->out, me, "kind", "device", p->s->counts.device_monitors);
	put_labelled(p->out, me, "kind", "call", p->s->counts.call_monitors);
}

FAMILY(tandem_overload)
{
	static const char *const levels[] = { "none", "imminent", "reached" };
	struct str level = str_of(p->s->counts.overload != NULL ? p->s->counts.overload : "none");

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		put_labelled(p->out, me, "level", levels[i], str_is(level, levels[i]));
}

/* One series for each link. */
#define LINK_FAMILY(metric, figure) \
	FAMILY(metric) \
	{ \
		for (uint32_t i = 0; i < p->s->link_count; i++) { \
			const struct node_link *l = &p->s->links[i]; \
			put_labelled(p->out, me, "xsp", l->name, (double)(figure)); \
		} \
	}

LINK_FAMILY(tandem_xsi_channel_up, http_link_is_up(l))
LINK_FAMILY(tandem_xsi_channel_opens_total, l->opens)
LINK_FAMILY(tandem_xsi_duplicates_total, l->duplicates)
LINK_FAMILY(tandem_xsi_early_total, l->early)
LINK_FAMILY(tandem_xsi_sequence_gaps_total, l->gaps)
LINK_FAMILY(tandem_xsi_requests_total, l->requests)
LINK_FAMILY(tandem_xsi_request_failures_total, l->failures)
LINK_FAMILY(tandem_xsi_unauthorised_total, l->refusals)
LINK_FAMILY(tandem_xsi_overloads_total, l->overloads)
LINK_FAMILY(tandem_xsi_redirects_total, l->redirects)
LINK_FAMILY(tandem_xsi_requests_queued, l->queued)
LINK_FAMILY(tandem_xsi_events_acked_total, l->acks)
LINK_FAMILY(tandem_xsi_ack_failures_total, l->ack_failures)

FAMILY(tandem_xsi_heartbeat_age_seconds)
{
	for (uint32_t i = 0; i < p->s->link_count; i++)
		if (p->s->links[i].beaten && http_link_is_up(&p->s->links[i]))
			put_labelled(p->out, me, "xsp", p->s->links[i].name,
				US(p->s->links[i].beat_age_us));
}

FAMILY(tandem_xsi_rtt_seconds)
{
	for (uint32_t i = 0; i < p->s->link_count; i++)
		if (p->s->links[i].rtt_us > 0)
			put_labelled(
				p->out, me, "xsp", p->s->links[i].name, US(p->s->links[i].rtt_us));
}

/* One series for each link and word. */
static void
put_of_link(const struct page *p, const char *me, const struct node_link *l, const char *label,
	const char *word, uint64_t figure)
{
	buf_printf(p->out, "%s{xsp=\"", me);
	put_escaped(p->out, l->name);
	buf_printf(p->out, "\",%s=\"%s\"} %" PRIu64 "\n", label, word, figure);
}

FAMILY(tandem_xsi_events_received_total)
{
	for (uint32_t i = 0; i < p->s->link_count; i++) {
		const struct node_link *l = &p->s->links[i];

		put_of_link(p, me, l, "type", "other", l->events_of[XSI_EV_UNKNOWN]);
		for (unsigned kind = XSI_EV_UNKNOWN + 1; kind < XSI_EVENT_COUNT; kind++)
			if (l->events_of[kind] > 0)
				put_of_link(p, me, l, "type",
					xsi_event_name((enum xsi_event_kind)kind),
					l->events_of[kind]);
	}
}

FAMILY(tandem_xsi_http_responses_total)
{
	static const char *const codes[] = { METER_CODES(WORD) };

	for (uint32_t i = 0; i < p->s->link_count; i++)
		for (unsigned code = 0; code < METER_CODE_COUNT; code++)
			put_of_link(p, me, &p->s->links[i], "code", codes[code],
				p->s->links[i].responses[code]);
}

FAMILY(tandem_xsi_channel_losses_total)
{
	static const char *const causes[] = { METER_LOSSES(WORD) };

	for (uint32_t i = 0; i < p->s->link_count; i++)
		for (unsigned cause = 0; cause < METER_LOSS_COUNT; cause++)
			put_of_link(p, me, &p->s->links[i], "cause", causes[cause],
				p->s->links[i].lost[cause]);
}

FAMILY(tandem_tls_cert_expiry_timestamp_seconds)
{
	for (uint32_t i = 0; i < p->s->loop.certs.count; i++) {
		const struct meter_cert *c = &p->s->loop.certs.certs[i];

		if (!c->known)
			continue;
		buf_printf(p->out, "%s{peer=\"", me);
		put_escaped(p->out, c->peer);
		buf_printf(p->out, "\",kind=\"%s\"} %" PRId64 "\n",
			c->authority ? "authority" : "own", c->ends_s);
	}
}

FAMILY(tandem_log_messages_total)
{
	for (int i = 0; i < 4; i++)
		put_labelled(p->out, me, "level", log_level_name((enum log_level)i),
			(double)p->s->loop.log_messages[i]);
}

FAMILY(tandem_takeovers_total)
{
	static const char *const reasons[] = {
#define XX(name, text) text,
		METER_REASONS(XX)
#undef XX
	};

	for (unsigned i = 0; i < METER_REASON_COUNT; i++)
		put_labelled(p->out, me, "reason", reasons[i], (double)p->s->meter.activations[i]);
}

FAMILY(tandem_cpg_membership_changes_total)
{
	static const char *const reasons[METER_MEMBERSHIPS] = { "join", "leave", "nodedown",
		"nodeup", "procdown", "unknown" };

	for (unsigned i = 0; i < METER_MEMBERSHIPS; i++)
		put_labelled(p->out, me, "reason", reasons[i], (double)p->s->meter.memberships[i]);
}

FAMILY(tandem_replication_bytes_total)
{
	put_labelled(p->out, me, "direction", "sent", (double)p->s->view.counts.bytes_sent);
	put_labelled(p->out, me, "direction", "received", (double)p->s->view.counts.bytes_received);
}

FAMILY(tandem_replication_behind_seconds)
{
	const struct ha_view *v = &p->s->view;

	if (v->role == HA_ACTIVE && v->peer.known && v->peer.role == HA_STANDBY)
		buf_printf(p->out, "%s %.15g\n", me, US(v->peer.behind_us));
}

FAMILY(tandem_client_requests_total)
{
	const struct meter *m = &p->s->meter;

	for (unsigned i = 0; i < METER_REQUESTS; i++) {
		const char *service = csta_request_name((enum csta_request_kind)i);

		if (m->good[i] + m->errors[i] > 0)
			buf_printf(p->out,
				"%s{service=\"%s\",result=\"ok\"} %" PRIu64
				"\n%s{service=\"%s\",result=\"error\"} %" PRIu64 "\n",
				me, service, m->good[i], me, service, m->errors[i]);
	}
}

/* --- histograms ------------------------------------------------------------------------------------ */

struct bounds {
	const int64_t *us;
	unsigned count;
};

/* `label`: "" or `name="value"`. */
static void
put_histogram(const struct page *p, const char *me, const char *label, struct bounds bounds,
	const struct meter_hist *h)
{
	const char *comma = label[0] != '\0' ? "," : "";
	const char *open = label[0] != '\0' ? "{" : "", *shut = label[0] != '\0' ? "}" : "";
	uint64_t below = 0;

	for (unsigned i = 0; i < bounds.count; i++) {
		below += h->of_bound[i];
		buf_printf(p->out, "%s_bucket{%s%sle=\"%.15g\"} %" PRIu64 "\n", me, label, comma,
			US(bounds.us[i]), below);
	}
	buf_printf(p->out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", me, label, comma, h->count);
	buf_printf(p->out, "%s_sum%s%s%s %.15g\n%s_count%s%s%s %" PRIu64 "\n", me, open, label,
		shut, US(h->sum_us), me, open, label, shut, h->count);
}

#define HISTOGRAM(name, hist) \
	FAMILY(name) \
	{ \
		put_histogram( \
			p, me, "", (struct bounds){ meter_bounds_us, METER_BOUNDS }, &p->s->hist); \
	}

FAMILY(tandem_client_request_seconds)
{
	for (unsigned i = 0; i < METER_REQUESTS; i++) {
		char label[96];

		if (p->s->meter.request[i].count == 0)
			continue;
		snprintf(label, sizeof(label), "service=\"%s\"",
			csta_request_name((enum csta_request_kind)i));
		put_histogram(p, me, label, (struct bounds){ meter_bounds_us, METER_BOUNDS },
			&p->s->meter.request[i]);
	}
}

HISTOGRAM(tandem_replication_apply_seconds, loop.apply)
HISTOGRAM(tandem_event_latency_seconds, meter.event_wait)
HISTOGRAM(tandem_loop_step_seconds, loop.step)
HISTOGRAM(tandem_loop_lag_seconds, loop.late)

FAMILY(tandem_takeover_duration_seconds)
{
	static const char *const phases[] = {
#define XX(name, text) "phase=\"" text "\"",
		METER_PHASES(XX)
#undef XX
	};

	for (unsigned i = 0; i < METER_PHASE_COUNT; i++)
		put_histogram(p, me, phases[i],
			(struct bounds){ meter_takeover_bounds_us, METER_TAKEOVER_BOUNDS },
			&p->s->meter.takeover[i]);
}

static void
put_families(const struct page *p)
{
#define XX(name, type, help) \
	put_head(p->out, #name, #type, help); \
	name(p, #name);
	HTTP_FAMILIES(XX)
#undef XX
}

static void
put_now_figures(const struct http_now *now, struct buf *out)
{
#define XX(name, type, help, value) \
	if ((double)(value) >= 0) \
		put_figure(out, #name, #type, help, (double)(value));
	HTTP_NOW_FIGURES(XX)
#undef XX
}

void
http_metrics(const struct http_snap *s, const struct http_now *now, struct buf *out)
{
	put_now_figures(now, out);
	if (s->at_us == 0)
		return;
#define XX(name, type, help, value) put_figure(out, #name, #type, help, (double)(value));
	HTTP_FIGURES(XX)
#undef XX
	put_families(&(struct page){ s, now, out });
}
