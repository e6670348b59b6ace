/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helper of test_csta_schema.sh.
 *
 *   emit_csta DIR              writes a file for every kind of message the encoder can make, in every
 *                              edition and with several sets of arguments: DIR/ed3 .. DIR/ed6 and
 *                              DIR/appl_session. Prints how many.
 *   emit_csta --kinds FILE...  decodes each file (of a .bin the first frame) and prints a line
 *                              KIND EDITION ROOT FILE, or "error CODE - FILE".
 *
 * Exit code 0, or 1 with a sentence when a file cannot be written or read, or a text is over a
 * limit.
 */
#include "proto/base/limits.h"
#include "proto/csta_decode.h"
#include "proto/csta_encode.h"
#include "proto/csta_frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct emit {
	const char *folder;
	const char *part; /* ed3.. or appl_session */
	enum csta_edition ed;
	struct buf b;
	unsigned count;
};

static void
die(const char *path, const char *why)
{
	fprintf(stderr, "emit_csta: %s: %s\n", path, why);
	exit(EXIT_FAILURE);
}

/* Writes what is in the buffer to a file of this name and empties it. */
static void
emit_file(struct emit *e, const char *name, const char *set)
{
	char path[1024];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s/%s%s%s.xml", e->folder, e->part, name,
		set[0] ? "-" : "", set);
	if (e->b.overflow || e->b.n + CSTA_PREFIX_BYTES > LIMIT_CSTA_SEND_BYTES)
		die(path, "over the limit");
	out = fopen(path, "wxb");
	if (out == NULL)
		die(path, strerror(errno));
	if (fwrite(e->b.p, 1, e->b.n, out) != e->b.n || fclose(out) != 0)
		die(path, "cannot be written");
	buf_reset(&e->b);
	e->count++;
}

/* --- events --- */

#define LITERAL(text) \
	{ \
		(text), sizeof(text) - 1 \
	}

/* What a party, device or session may be called. */
static const struct {
	const char *set;
	struct str text;
} texts[] = {
	{ "plain", LITERAL("2001") },
	{ "empty", LITERAL("") },
	{ "phone", LITERAL("tel:+15559001234") },
	{ "composite", LITERAL("N<2001>;displayNumber=2001;noa=nk") },
	{ "special", LITERAL("<&>\"']]><!--&amp;") },
	{ "umlaut", LITERAL("sip:m\xc3\xbcller\xe2\x82\xac\xf0\x9f\x93\x9e@demo.example") },
	{ "broken", LITERAL("a\0\x01\x1f\x7f\x80\xff\xc3(\xed\xa0\x80\xef\xbf\xbf") },
	{ "blanks", LITERAL(" a \t\r\n ") },
};

#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

static struct csta_event
event_of(enum csta_event_kind kind, struct str text)
{
	return (struct csta_event){
		.kind = kind,
		.cross_ref = 1001,
		.call_id = UINT64_C(0x7fffffffffffffff),
		.connection_device = text,
		.subject = text,
		.calling = text,
		.called = text,
		.local = CSTA_LOCAL_connected,
		.cause = CSTA_CAUSE_normal,
	};
}

static void
emit_event(struct emit *e, const struct csta_event *ev, const char *set)
{
	csta_put_event(&e->b, e->ed, ev);
	emit_file(e, csta_event_name(ev->kind), set);
}

static void
emit_events(struct emit *e, enum csta_event_kind kind)
{
	struct csta_event ev;
	char set[100];

	for (size_t i = 0; i < TEXT_COUNT; i++) {
		ev = event_of(kind, texts[i].text);
		emit_event(e, &ev, texts[i].set);
	}
	ev = event_of(kind, STR("2001"));
	ev.number = 1;
	emit_event(e, &ev, "number-1");
	ev.number = INT64_MAX;
	emit_event(e, &ev, "number-max");
	for (int local = CSTA_LOCAL_null; local <= CSTA_LOCAL_fail; local++) {
		ev.local = (enum csta_local_state)local;
		snprintf(set, sizeof(set), "local-%s", csta_local_name(ev.local));
		emit_event(e, &ev, set);
	}
	for (int cause = CSTA_CAUSE_normal; cause <= CSTA_CAUSE_timeout; cause++) {
		ev.cause = (enum csta_cause)cause;
		snprintf(set, sizeof(set), "cause-%s", csta_cause_name(ev.cause));
		emit_event(e, &ev, set);
	}
}

/* --- answers and requests of the server --- */

static void
emit_errors(struct emit *e)
{
	for (int error = CSTA_NO_ERROR; error <= CSTA_ERR_performanceLimitExceeded; error++) {
		csta_put_error(&e->b, e->ed, (enum csta_error)error);
		emit_file(e, "CSTAErrorCode", csta_error_name((enum csta_error)error));
	}
}

static void
emit_statuses(struct emit *e)
{
	for (int s = CSTA_STATUS_initializing; s <= CSTA_STATUS_overloadRelieved; s++) {
		enum csta_status status = (enum csta_status)s;
		char set[100];

		snprintf(set, sizeof(set), "%s-registered", csta_status_name(status));
		csta_put_system_status(&e->b, e->ed, status, 0);
		emit_file(e, "SystemStatus", csta_status_name(status));
		csta_put_system_status(&e->b, e->ed, status, 27);
		emit_file(e, "SystemStatus", set);
		csta_put_request_system_status_response(&e->b, e->ed, status);
		emit_file(e, "RequestSystemStatusResponse", csta_status_name(status));
	}
	csta_put_system_status_response(&e->b, e->ed);
	emit_file(e, "SystemStatusResponse", "");
	csta_put_system_register_response(&e->b, e->ed, 27);
	emit_file(e, "SystemRegisterResponse", "");
}

static void
emit_answers(struct emit *e)
{
	static const char *const roots[] = {
		"SystemRegisterCancelResponse",
		"MonitorStopResponse",
		"AnswerCallResponse",
		"HoldCallResponse",
		"RetrieveCallResponse",
		"ClearConnectionResponse",
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		csta_put_empty(&e->b, e->ed, roots[i]);
		emit_file(e, roots[i], "");
	}
	csta_put_monitor_start_response(&e->b, e->ed, 1, true);
	emit_file(e, "MonitorStartResponse", "calls");
	csta_put_monitor_start_response(&e->b, e->ed, UINT64_MAX, false);
	emit_file(e, "MonitorStartResponse", "none");
	csta_put_monitor_stop(&e->b, e->ed, 1001);
	emit_file(e, "MonitorStop", "");
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		csta_put_make_call_response(&e->b, e->ed, i, texts[i].text);
		emit_file(e, "MakeCallResponse", texts[i].set);
	}
}

/* Two bytes each here, six as a reference: snapshots get long with little. */
#define EIGHT "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"

static void
emit_snapshots(struct emit *e)
{
	struct csta_snapshot_item items[LIMIT_HALVES_PER_DEVICE];
	size_t count = 0;

	csta_put_snapshot_device_response(&e->b, e->ed, NULL, 0);
	emit_file(e, "SnapshotDeviceResponse", "no-calls");
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		items[0] = (struct csta_snapshot_item){ 5001, texts[i].text, texts[i].text,
			CSTA_LOCAL_connected, CSTA_LOCAL_connected };
		csta_put_snapshot_device_response(&e->b, e->ed, items, 1);
		emit_file(e, "SnapshotDeviceResponse", texts[i].set);
	}
	for (int far = CSTA_LOCAL_null; far <= CSTA_LOCAL_fail; far++)
		for (int local = CSTA_LOCAL_null; local <= CSTA_LOCAL_fail; local++, count++)
			items[count] = (struct csta_snapshot_item){ count, STR("2001"),
				count % 2 ? STR("2002") : STR_NONE, (enum csta_local_state)local,
				(enum csta_local_state)far };
	csta_put_snapshot_device_response(&e->b, e->ed, items, count);
	emit_file(e, "SnapshotDeviceResponse", "every-pair");
	for (size_t i = 0; i < LIMIT_HALVES_PER_DEVICE; i++)
		items[i] = (struct csta_snapshot_item){ i, STR("2001@a-long-domain.demo.example"),
			STR("sip:" EIGHT EIGHT EIGHT "@demo.example"), CSTA_LOCAL_alerting,
			CSTA_LOCAL_connected };
	csta_put_snapshot_device_response(&e->b, e->ed, items, LIMIT_HALVES_PER_DEVICE);
	emit_file(e, "SnapshotDeviceResponse", "without-endpoints");
}

/* --- ECMA-354 --- */

static void
emit_sessions(struct emit *e)
{
	static const char *const refusals[] = { "invalidApplicationInfo",
		"requestedProtocolVersionNotSupported", "serverResourcesBusy",
		"maxNumberSessions" };

	for (int ed = CSTA_ED_NONE; ed <= CSTA_ED6; ed++) {
		csta_put_session_started(&e->b, STR("s1"), (enum csta_edition)ed, 60);
		emit_file(e, "StartApplicationSessionPosResponse",
			csta_edition_name((enum csta_edition)ed));
	}
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		csta_put_session_started(&e->b, texts[i].text, CSTA_ED6, 0);
		emit_file(e, "StartApplicationSessionPosResponse", texts[i].set);
		csta_put_session_terminated(&e->b, texts[i].text, "resourceLimitation");
		emit_file(e, "ApplicationSessionTerminated", texts[i].set);
	}
	csta_put_session_terminated(&e->b, STR("s1"), "sessionTimerExpired");
	emit_file(e, "ApplicationSessionTerminated", "expired");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		csta_put_session_refused(&e->b, refusals[i]);
		emit_file(e, "StartApplicationSessionNegResponse", refusals[i]);
	}
	csta_put_session_stopped(&e->b);
	emit_file(e, "StopApplicationSessionPosResponse", "");
	csta_put_session_stop_refused(&e->b);
	emit_file(e, "StopApplicationSessionNegResponse", "");
	csta_put_timer_reset(&e->b, 60);
	emit_file(e, "ResetApplicationSessionTimerPosResponse", "");
	csta_put_timer_reset_refused(&e->b);
	emit_file(e, "ResetApplicationSessionTimerNegResponse", "");
}

static void
emit_folder(struct emit *e, const char *part)
{
	char path[1024];

	e->part = part;
	snprintf(path, sizeof(path), "%s/%s", e->folder, part);
	if (mkdir(path, 0777) != 0)
		die(path, strerror(errno));
}

static int
emit_all(const char *folder)
{
	struct emit e = { .folder = folder };

	buf_init(&e.b, LIMIT_CSTA_MESSAGE_BYTES);
	for (int ed = CSTA_ED3; ed <= CSTA_ED6; ed++) {
		e.ed = (enum csta_edition)ed;
		emit_folder(&e, csta_edition_name(e.ed));
		for (int kind = CSTA_EV_ServiceInitiated; kind <= CSTA_EV_BackInService; kind++)
			emit_events(&e, (enum csta_event_kind)kind);
		emit_errors(&e);
		emit_statuses(&e);
		emit_answers(&e);
		emit_snapshots(&e);
	}
	emit_folder(&e, "appl_session");
	emit_sessions(&e);
	buf_fini(&e.b);
	printf("%u\n", e.count);
	return EXIT_SUCCESS;
}

/* --- decoding --- */

static void
load(const char *path, struct buf *b)
{
	uint8_t chunk[4096];
	size_t n;
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		die(path, strerror(errno));
	buf_reset(b);
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_put(b, chunk, n);
	if (ferror(in) != 0 || b->overflow)
		die(path, "cannot be read");
	fclose(in);
}

static void
show_kind(struct xml *reader, struct str body, const char *path)
{
	struct csta_request request;
	struct err e = { 0 };

	if (csta_decode(reader, body, &request, &e) != 0)
		printf("error %s - %s\n", err_name(e.code), path);
	else
		printf("%s %s %.*s %s\n", csta_request_name(request.kind),
			csta_edition_name(request.edition), STR_ARG(request.root), path);
}

static int
show_kinds(char **paths)
{
	struct xml *reader = xml_new();
	struct buf b;

	buf_init(&b, 2 * LIMIT_CSTA_MESSAGE_BYTES);
	for (; *paths != NULL; paths++) {
		size_t n = strlen(*paths);
		struct csta_framer framer;
		struct csta_frame frame;

		load(*paths, &b);
		if (n < 4 || strcmp(*paths + n - 4, ".bin") != 0) {
			show_kind(reader, buf_as_str(&b), *paths);
			continue;
		}
		csta_framer_init(&framer);
		if (csta_framer_feed(&framer, b.p, b.n) == 0 &&
			csta_framer_next(&framer, &frame) == CSTA_FRAME_READY)
			show_kind(reader, frame.body, *paths);
		else
			printf("error frame - %s\n", *paths);
		csta_framer_fini(&framer);
	}
	buf_fini(&b);
	xml_free(reader);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "--kinds") == 0)
		return show_kinds(argv + 2);
	if (argc == 2 && argv[1][0] != '-')
		return emit_all(argv[1]);
	fprintf(stderr, "usage: emit_csta DIR | emit_csta --kinds FILE...\n");
	return 2;
}
