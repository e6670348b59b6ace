/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helper of test_xsi_schema.sh: `emit_xsi DIR` writes one file for every kind of body that
 * xsi_encode.h and xsi_body.h can make, with plain arguments and with awkward ones, and every
 * request of xsi_op.h as a CTI request; then it prints how many. Exit code 0, or 1 with a sentence
 * when a file cannot be written or a body is over its limit.
 */
#include "proto/base/limits.h"
#include "proto/cti_encode.h"
#include "proto/xsi_body.h"
#include "proto/xsi_encode.h"

#include <stdio.h>
#include <stdlib.h>

static const char *folder;
static int file_count;

static void
emit(struct buf *b, const char *name)
{
	char path[1024];
	FILE *f = NULL;

	snprintf(path, sizeof(path), "%s/%s.xml", folder, name);
	if (!b->overflow)
		f = fopen(path, "wb");
	if (f == NULL || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) != 0) {
		fprintf(stderr, "emit_xsi: cannot write %s\n", path);
		exit(EXIT_FAILURE);
	}
	file_count++;
	buf_reset(b);
}

static void
emit_channels(struct buf *b)
{
	xsi_put_channel(b, STR("tandem-set"), 1, 50, 3600, STR("tandem"));
	emit(b, "channel");
	xsi_put_channel(
		b, STR("set & <more> \"\xc3\xa9\""), 2147483647, 2147483647, 2147483647, STR(""));
	emit(b, "channel-awkward");
	xsi_put_channel_refresh(b, 86400);
	emit(b, "channel-refresh");
}

static void
emit_subscriptions(struct buf *b)
{
	static const struct str names[] = { { "Advanced Call", 13 }, { "Standard Call", 13 },
		{ "Basic Call", 10 } };
	struct xsi_subscription_body s = { .package_count = 1,
		.expires_s = 3600,
		.channel_set = STR("tandem-set"),
		.application = STR("tandem") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "subscription-%zu", i);
		s.packages = &names[i];
		xsi_body_subscription(b, &s);
		emit(b, name);
	}
	s = (struct xsi_subscription_body){ names, 1, false, 0, STR("\xff<&>"), STR("") };
	xsi_body_subscription(b, &s);
	emit(b, "subscription-awkward");
	xsi_put_subscription_refresh(b, 3600);
	emit(b, "subscription-refresh");
}

static void
emit_responses(struct buf *b)
{
	static const int statuses[] = { 200, 400, 404, 481, 500 };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "response-%d", statuses[i]);
		xsi_put_event_response(b, STR("2f1a51c9-5a5e-4b0e-9a55-0b6e62d0f3aa"), statuses[i]);
		emit(b, name);
	}
	xsi_put_event_response(b, STR("<]]>&\x01"), 200);
	emit(b, "response-awkward");
}

/* --- bodies of requests ------------------------------------------------------------------ */

static const struct str packages[] = { { "Advanced Call", 13 }, { "Call Center Agent", 17 },
	{ "Do Not Disturb", 14 } };
static const struct str calls[] = { { "callhalf-1:0", 12 }, { "callhalf-2:0", 12 },
	{ "<&>\x01", 4 } };

static const struct xsi_forwarding_body forwarding = { .active = true,
	.address = { "tel:+15550100", 13 },
	.ring_splash = XSI_SWITCH_on,
	.rings = 1 };

static const struct xsi_distribute_body distribute = { .agent_id = { "2001@demo.example", 17 },
	.caller_number = { "tel:+15550100", 13 },
	.caller_name = { "R & D", 5 },
	.time_in_queue_s = 0,
	.calls_in_queue = UINT32_MAX - 1,
	.longest_wait_s = 17,
	.whisper_audio_url = { "http://media.example/a.wav", 26 },
	.whisper_video_url = { "http://media.example/a.3gp", 26 } };

static const struct xsi_play_body play = { .duration_s = 0,
	.fast_busy = true,
	.digit_map = { "(xxxx|*x.#)", 11 },
	.play_collect_id = { "p-1", 3 },
	.play_count = 9,
	.audio_urls = { { "http://media.example/1.wav", 26 }, { "http://media.example/2.wav", 26 },
		{ "http://media.example/3.wav", 26 }, { "http://media.example/4.wav", 26 } },
	.video_urls = { { "http://media.example/1.3gp", 26 } } };

static const struct xsi_play_body play_short = { .duration_s = XSI_UNSET,
	.play_count = XSI_UNSET,
	.audio_urls = { { "http://media.example/1.wav", 26 } } };

static void
put_subscription(struct buf *b, size_t package_count, bool is_list)
{
	struct xsi_subscription_body s = { .packages = packages,
		.package_count = package_count,
		.is_list = is_list,
		.expires_s = 3600,
		.channel_set = STR("tandem-set"),
		.application = STR("tandem") };

	xsi_body_subscription(b, &s);
}

static void
put_hoteling(struct buf *b, bool clear)
{
	struct xsi_hoteling_body h = { .active = !clear,
		.limit = clear ? XSI_SWITCH_unset : XSI_SWITCH_on,
		.limit_hours = clear ? XSI_UNSET : 1000,
		.host = STR("host@demo.example"),
		.clear_host = clear };

	xsi_body_hoteling_guest(b, &h);
}

/* The body that goes with a request, "" if there is none. */
static void
put_body(struct buf *b, enum xsi_op op)
{
	const char *root = xsi_op_body(op);
	struct str name = str_of(root != NULL ? root : "");

	if (op == XSI_OP_channel_add)
		xsi_put_channel(b, STR("tandem-set"), 1, 50, 3600, STR("tandem"));
	else if (op == XSI_OP_channel_update)
		xsi_put_channel_refresh(b, 3600);
	else if (op == XSI_OP_subscription_update)
		xsi_put_subscription_refresh(b, 3600);
	else if (str_is(name, "Subscription"))
		put_subscription(b, 1, false);
	else if (str_is(name, "EventResponse"))
		xsi_put_event_response(b, STR("e"), 200);
	else if (str_is(name, "Conference"))
		xsi_body_conference(b, calls, 3);
	else if (str_is(name, "CallCenter"))
		xsi_body_agent_state(b, STR("Unavailable"), STR("Lunch"));
	else if (str_is(name, "DoNotDisturb"))
		xsi_body_do_not_disturb(b, true, XSI_SWITCH_off);
	else if (op == XSI_OP_cfa_set || op == XSI_OP_cfb_set || op == XSI_OP_cfna_set)
		xsi_body_forwarding(b, op, &forwarding);
	else if (str_is(name, "HotelingGuest"))
		put_hoteling(b, false);
	else if (str_is(name, "ApplicationController"))
		xsi_body_controller(b, true);
	else if (str_is(name, "ACDPromote"))
		xsi_body_acd_promote(b, 1);
	else if (str_is(name, "RoutePointState"))
		xsi_body_rp_state(b, true);
	else if (str_is(name, "RoutePointOutgoingDial"))
		xsi_body_rp_dial(b, STR("tel:+15550100"), STR("Sales"));
	else if (str_is(name, "RoutePointDistribute"))
		xsi_body_rp_distribute(b, &distribute);
	else if (op >= XSI_OP_rp_play_treatment && op <= XSI_OP_rp_play_silence)
		xsi_body_rp_play(b, op, &play);
	else if (str_is(name, "RoutePointConnectToVoiceXML"))
		xsi_body_rp_connect_vxml(b, STR("vxml@demo.example"), STR("http://a.example/x"));
	else if (root != NULL)
		b->overflow = true; /* a row whose body nobody makes */
}

/* What put_body() does not show: the other shapes of a body. */
static void
emit_shapes(struct buf *b)
{
	struct xsi_forwarding_body off = { .rings = XSI_UNSET };
	struct xsi_distribute_body plain = { .agent_id = STR("2001@demo.example"),
		.time_in_queue_s = XSI_UNSET,
		.calls_in_queue = XSI_UNSET,
		.longest_wait_s = XSI_UNSET };

	put_subscription(b, 1, true);
	emit(b, "subscription-list-of-one");
	put_subscription(b, 3, false);
	emit(b, "subscription-list");
	xsi_body_agent_state(b, STR("Sign-In"), STR(""));
	emit(b, "agent-state");
	xsi_body_do_not_disturb(b, false, XSI_SWITCH_unset);
	emit(b, "dnd-off");
	for (int op = XSI_OP_cfa_set; op <= XSI_OP_cfna_set; op++) {
		char name[32];

		if (op != XSI_OP_cfa_set && op != XSI_OP_cfb_set && op != XSI_OP_cfna_set)
			continue;
		snprintf(name, sizeof(name), "%s-off", xsi_op_name((enum xsi_op)op));
		xsi_body_forwarding(b, (enum xsi_op)op, &off);
		emit(b, name);
	}
	put_hoteling(b, true);
	emit(b, "hoteling-cleared");
	xsi_body_controller(b, false);
	emit(b, "controller-not-ready");
	xsi_body_acd_promote(b, 77);
	emit(b, "promote-lowest");
	xsi_body_rp_state(b, false);
	emit(b, "rp-state-normal");
	xsi_body_rp_dial(b, STR("2001"), STR(""));
	emit(b, "rp-dial-plain");
	xsi_body_rp_distribute(b, &plain);
	emit(b, "rp-distribute-plain");
	for (int op = XSI_OP_rp_play_treatment; op <= XSI_OP_rp_play_silence; op++) {
		char name[48];

		snprintf(name, sizeof(name), "%s-short", xsi_op_name((enum xsi_op)op));
		xsi_body_rp_play(b, (enum xsi_op)op, &play_short);
		emit(b, name);
	}
}

/* --- every request, over CTI ------------------------------------------------------------- */

/* A value that fits the type of the parameter. */
static struct str
value_of(struct str name)
{
	if (str_is(name, "decline") || str_is(name, "allowDetached"))
		return STR("true");
	if (str_is(name, "location"))
		return STR("BroadWorksAnywhere");
	if (str_is(name, "index"))
		return STR("2");
	if (str_is(name, "callid") || str_is(name, "callId"))
		return STR("callhalf-7:0");
	return STR("a%2F<&>@demo.example");
}

static void
put_cti(struct buf *b, enum xsi_op op, enum cti_uri form, bool with_optional)
{
	struct xsi_request x = { .op = op };
	struct cti_spelling s = { .uri = form };
	struct cti_param params[XSI_ARGS_MAX];
	struct cti_request q = { .request_id = STR("1"),
		.session_id = STR("s"),
		.credentials = (enum cti_credentials)(1 + op % 3),
		.secret = STR("ctl@demo.example:pass"),
		.element = xsi_op_element(op),
		.method = xsi_op_method(op),
		.params = params };
	struct buf body;
	struct buf uri;
	struct buf template;

	for (int i = 0; i < xsi_op_param_count(op); i++) {
		struct xsi_param param = xsi_op_param(op, i);

		if (param.is_http_only || (param.is_optional && !with_optional))
			continue;
		x.args[i] = value_of(param.name);
		params[q.param_count++] = (struct cti_param){ param.name, x.args[i] };
	}
	buf_init(&body, LIMIT_HTTP_BODY_BYTES);
	buf_init(&uri, 4096);
	buf_init(&template, 4096);
	put_body(&body, op);
	xsi_op_cti_path(&uri, &xsi_default_contexts, &x);
	xsi_op_uri(&template, &xsi_default_contexts, op);
	q.payload = buf_as_str(&body);
	q.uri = buf_as_str(&uri);
	q.uri_template = buf_as_str(&template);
	cti_put_request(b, &s, &q);
	b->overflow = b->overflow || body.overflow || uri.overflow || template.overflow;
	buf_fini(&template);
	buf_fini(&uri);
	buf_fini(&body);
}

static void
emit_op(struct buf *b, enum xsi_op op)
{
	char name[64];

	if (xsi_op_body(op) != NULL) {
		snprintf(name, sizeof(name), "body-%s", xsi_op_name(op));
		put_body(b, op);
		emit(b, name);
	}
	if (xsi_op_element(op) == NULL)
		return;
	snprintf(name, sizeof(name), "cti-%s", xsi_op_name(op));
	put_cti(b, op, CTI_URI_SUBSTITUTED, true);
	emit(b, name);
	snprintf(name, sizeof(name), "cti-%s-escaped", xsi_op_name(op));
	put_cti(b, op, CTI_URI_ESCAPED, false);
	emit(b, name);
}

static void
emit_envelopes(struct buf *b)
{
	struct cti_spelling s = { .envelope_version = "17.0" };
	struct buf body;

	buf_init(&body, LIMIT_HTTP_BODY_BYTES);
	xsi_put_event_response(&body, STR("e"), 481);
	cti_put_event_response(b, &s, STR("77"), buf_as_str(&body));
	emit(b, "cti-event-response");
	cti_put_keepalive(b, &s, STR("k<1>"), 2147483647);
	emit(b, "cti-keepalive");
	cti_put_keepalive_response(b, &s, STR("k<1>"));
	emit(b, "cti-keepalive-response");
	buf_fini(&body);
}

int
main(int argc, char **argv)
{
	struct buf b;

	if (argc != 2) {
		fprintf(stderr, "usage: emit_xsi DIR\n");
		return EXIT_FAILURE;
	}
	folder = argv[1];
	buf_init(&b, LIMIT_HTTP_BODY_BYTES);
	emit_channels(&b);
	emit_subscriptions(&b);
	emit_responses(&b);
	emit_shapes(&b);
	for (int op = XSI_OP_none + 1; op < XSI_OP_count; op++)
		emit_op(&b, (enum xsi_op)op);
	emit_envelopes(&b);
	buf_fini(&b);
	printf("%d\n", file_count);
	return EXIT_SUCCESS;
}
