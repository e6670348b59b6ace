/* SPDX-License-Identifier: Apache-2.0 */
/* Capability services: what there is is told and nothing else; the devices, their categories, segments at the client's pace. */
#include "daemon/svc.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

/* A session without numbers (#1). */
static void
setup(const char *settings)
{
	client = world_begin(&w, 1, settings);
}

static unsigned
count_of(const char *text, const char *word)
{
	unsigned count = 0;

	for (text = strstr(text, word); text != NULL; text = strstr(text + 1, word))
		count++;
	return count;
}

/* Both answers are of the same table that the requests are carried out by. */
START_TEST(test_what_there_is)
{
	const char *heard;

	setup("");
	world_send(&w, client, 5, "<GetCSTAFeatures/>");
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "0005 GetCSTAFeaturesResponse{supportedServices{"));
	ck_assert_ptr_nonnull(strstr(heard, "makeCall"));
	ck_assert_ptr_nonnull(strstr(heard, "snapshotDeviceData"));
	ck_assert_ptr_nonnull(strstr(heard, "agentWorkingAfterCall"));
	ck_assert_ptr_null(strstr(heard, "predictive"));
	ck_assert(svc_has(CSTA_MakeCall));
	ck_assert(!svc_has(CSTA_keepalive));
	ck_assert(!svc_has(CSTA_UNKNOWN));
	world_send(&w, client, 6, "<GetSwitchingFunctionCaps/>");
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard,
		"0006 GetSwitchingFunctionCapsResponse{switchingSubDomainName=tandem "
		"manufacturerName=Tandem ignoreUnsupportedParameters=ignoreParameters "));
	ck_assert_ptr_nonnull(strstr(heard, "makeCall"));
	world_fini(&w);
}
END_TEST

static enum csta_request_kind only;

static bool
has_only(enum csta_request_kind kind)
{
	return kind == only;
}

/* The answer when the server has nothing but this request, if it has that. */
static const char *
caps_of_one(enum csta_request_kind kind, bool features, struct buf *b)
{
	const struct csta_caps caps = { has_only, STR_NONE };

	only = kind;
	buf_reset(b);
	if (features)
		csta_put_csta_features_response(b, CSTA_ED6, &caps);
	else
		csta_put_switching_function_caps_response(b, CSTA_ED6, &caps);
	buf_char(b, '\0');
	return (const char *)b->p;
}

/* Whatever the table of services has a function for is told by both answers. */
START_TEST(test_every_service_is_told)
{
	unsigned count = 0;
	struct buf b;

	buf_init(&b, LIMIT_CSTA_MESSAGE_BYTES);
	for (unsigned kind = CSTA_UNKNOWN + 1; kind <= CSTA_keepalive; kind++) {
		bool has = svc_has((enum csta_request_kind)kind);

		count += has;
		for (int features = 0; has && features <= 1; features++)
			ck_assert_msg(
				strstr(caps_of_one((enum csta_request_kind)kind, features, &b),
					"ServList>") != NULL,
				"%s is offered, but not told",
				csta_request_name((enum csta_request_kind)kind));
	}
	ck_assert_uint_gt(count, 40);
	buf_fini(&b);
}
END_TEST

#define DEVICES \
	"[devices]\nqueue = 2700, 2700, 27*\nroute-point = 2800, 2890-2899\nuser = 2900\n" \
	"[broadworks]\nqueue-packages = Call Center Queue\n" \
	"route-point-packages = Route Point Queue\n"
#define DEVICE(id, category) "device{deviceID=" id " deviceCategory=" category "}"

static void
ask_devices(unsigned invoke, const char *what)
{
	world_send(&w, client, invoke,
		"<GetSwitchingFunctionDevices>%s</GetSwitchingFunctionDevices>", what);
}

static void
answered(const char *invokes, const char *id, const char *list)
{
	char text[1000];

	snprintf(text, sizeof(text),
		"%.4s GetSwitchingFunctionDevicesResponse{serviceCrossRefID=#%s}\n"
		"%s SwitchingFunctionDevices{serviceCrossRefID=#%s segmentID=1 lastSegment=true "
		"deviceList%s}\n",
		invokes, id, invokes + 5, id, list);
	world_heard(&w, client, text);
}

/* Those that are known, and single ones of the configuration, each once. */
START_TEST(test_devices)
{
	setup(DEVICES);
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2700");
	ask_devices(10, "");
	answered("0010 9003", "1",
		"{" DEVICE("2001", "station") " " DEVICE("2700", "acd") " " DEVICE(
			"2800", "routeingDevice") " " DEVICE("2900", "station") "}");
	ask_devices(11, "<requestedDeviceCategory>acd</requestedDeviceCategory>");
	answered("0011 9004", "2", "{" DEVICE("2700", "acd") "}");
	ask_devices(12, "<requestedDeviceCategory>groupACD</requestedDeviceCategory>");
	answered("0012 9005", "3", "{" DEVICE("2700", "acd") "}");
	ask_devices(13, "<requestedDeviceCategory>voiceUnit</requestedDeviceCategory>");
	answered("0013 9006", "4", "");
	ask_devices(14, "<requestedDeviceID>2800</requestedDeviceID>");
	answered("0014 9007", "5", "{" DEVICE("2800", "routeingDevice") "}");
	ask_devices(15, "<requestedDeviceID>1234</requestedDeviceID>");
	world_heard(&w, client, W_ERROR("0015", "operation", "invalidDeviceID"));
	world_fini(&w);
}
END_TEST

#define KNOWN 560

static void
setup_many(void)
{
	setup("");
	for (unsigned i = 0; i < KNOWN; i++) {
		char device[16];

		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_monitor(&w, client, device);
	}
	world_take(&w, client);
}

/* A list is no way round the rights of an application. */
START_TEST(test_devices_of_an_application)
{
	const char *heard;

	setup("[devices]\nqueue = 2700\nqueue = 2701\n[application a]\nuser = demo\n"
	      "password = demo\ndevices = 2701\n");
	world_send(&w, client, 5, "<GetSwitchingFunctionDevices/>");
	world_run(&w, 100);
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "deviceID=2701"));
	ck_assert_ptr_null(strstr(heard, "2700"));
	world_send(&w, client, 6,
		"<GetSwitchingFunctionDevices><requestedDeviceID>2700</requestedDeviceID>"
		"</GetSwitchingFunctionDevices>");
	world_heard(&w, client, W_ERROR("0006", "operation", "privilegeViolationSpecifiedDevice"));
	world_fini(&w);
}
END_TEST

START_TEST(test_segments)
{
	const char *heard;

	setup_many();
	ask_devices(10, "");
	heard = world_take(&w, client);
	ck_assert_uint_eq(count_of(heard, "deviceCategory=station"), KNOWN);
	ck_assert_uint_gt(count_of(heard, "segmentID="), 1);
	ck_assert_uint_eq(count_of(heard, "lastSegment=true"), 1);
	world_fini(&w);
}
END_TEST

/* What a client does not read waits here in small amounts: the rest of the list is told when it reads. */
START_TEST(test_slow_reader)
{
	unsigned invoke = 10, busy = 0;
	const char *heard;

	setup_many();
	w.clients[client].reads = false;
	for (; invoke < 30; invoke++)
		ask_devices(invoke, "");
	heard = world_take(&w, client);
	busy = count_of(heard, "resourceBusy");
	ck_assert_uint_gt(busy, 0);
	ck_assert_uint_lt(count_of(heard, "lastSegment=true"), 20 - busy);
	w.clients[client].reads = true;
	world_later(
		&w, 0, NODE_EV_CLIENT_ACKED, client, w.clients[client].bytes, STR_NONE, STR_NONE);
	world_run(&w, 100);
	ck_assert_uint_eq(count_of(world_take(&w, client), "lastSegment=true"), 1);
	ask_devices(31, "");
	ck_assert_uint_eq(count_of(world_take(&w, client), "lastSegment=true"), 1);
	world_fini(&w);
}
END_TEST

/* The list ends with the connection. */
START_TEST(test_hang_up)
{
	setup_many();
	w.clients[client].reads = false;
	for (unsigned invoke = 10; invoke < 30; invoke++)
		ask_devices(invoke, "");
	world_hang_up(&w, client);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "<sessionID>#1</sessionID>");
	ck_assert_uint_eq(count_of(world_take(&w, client), "SwitchingFunctionDevices"), 0);
	ask_devices(10, "");
	ck_assert_uint_eq(count_of(world_take(&w, client), "lastSegment=true"), 1);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_what_there_is,
		test_every_service_is_told,
		test_devices,
		test_devices_of_an_application,
		test_segments,
		test_slow_reader,
		test_hang_up,
	};

	return world_main("svc_caps", tests, sizeof(tests) / sizeof(tests[0]));
}
