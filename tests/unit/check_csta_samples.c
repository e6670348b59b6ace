/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of real systems, given to a whole node: each is answered as a server should, first thing on a connection and
 * within a session, and the node goes on serving. They are no part of this repository: without ../shared/csta/samples there
 * is nothing to test. A sample that the table below does not know must be answered or ignored, and do no harm.
 */
#include "tests/unit/node_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "../shared/csta/samples"
#define BYTES_MAX 65536

static const struct sample {
	const char *name;
	const char *first;   /* what the answer has when it comes first; "" = no answer */
	const char *session; /* within a session */
} samples[] = {
	{ "lcs-rcc/RequestSystemStatus.xml", "RequestSystemStatusResponse{systemStatus=normal}",
		"RequestSystemStatusResponse{systemStatus=normal}" },
	{ "lcs-rcc/MonitorStart.xml", "invalidDeviceID", "invalidDeviceID" },
	{ "lcs-rcc/MakeCall.xml", "CSTAErrorCode", "invalidDeviceID" },
	{ "lcs-rcc/ClearConnection.xml", "CSTAErrorCode", "invalidDeviceID" },
	{ "dmcc/SnapshotDevice-private.xml", "CSTAErrorCode", "invalidDeviceID" },
	{ "broadworks-sip/SetDoNotDisturb.xml", "CSTAErrorCode", "invalidDeviceID" },
	{ "broadworks-sip/SetForwarding.xml", "CSTAErrorCode", "invalidDeviceID" },
	{ "broadworks-sip/SetAgentState-notReady.xml", "CSTAErrorCode", "invalidDeviceID" },
	{ "broadworks-sip/ForwardingEvent.xml", "CSTAErrorCode", "serviceNotSupported" },
	{ "uacsta/EstablishedEvent.xml", "CSTAErrorCode", "serviceNotSupported" },
	{ "openscape-voice/MonitorStart-scx-no-namespace.xml", "invalidDeviceID",
		"invalidDeviceID" },
	{ "openscape-voice/MonitorStart-ns3-prefixed.xml", "invalidDeviceID", "invalidDeviceID" },
	{ "openscape-voice/MonitorStop-scx.xml", "CSTAErrorCode", "invalidMonitorCrossRefID" },
	{ "openscape-voice/MonitorStartResponse.xml", "CSTAErrorCode", "serviceNotSupported" },
	{ "openscape-voice/SystemRegisterResponse.xml", "CSTAErrorCode", "serviceNotSupported" },
	{ "openscape-voice/GetAgentStateResponse.xml", "CSTAErrorCode", "serviceNotSupported" },
	/* a session without a login is an association as any other first request makes one */
	{ "openscape-voice/StartApplicationSession-no-namespace.xml",
		"SessionPosResponse{sessionID", "invalidApplicationInfo" },
	{ "openscape-voice/frame-ServiceInitiatedEvent.bin", "CSTAErrorCode",
		"serviceNotSupported" },
	{ "client-tests/frame-MonitorStart-ed4.bin", "invalidDeviceID", "invalidDeviceID" },
	{ "client-tests/frame-StartApplicationSession.bin", "SessionPosResponse{sessionID",
		"invalidApplicationInfo" },
};

static struct world w;

static const struct sample *
sample_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	return NULL;
}

/* A .bin is a whole frame; anything else gets a prefix. */
static void
send_file(unsigned client, const char *path)
{
	char bytes[BYTES_MAX];
	FILE *f = fopen(path, "rb");
	struct buf frame;
	size_t n;

	ck_assert_msg(f != NULL, "%s cannot be read", path);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	buf_init(&frame, BYTES_MAX + CSTA_PREFIX_BYTES);
	if (strstr(path, ".bin") != NULL)
		buf_put(&frame, bytes, n);
	else
		ck_assert_int_eq(csta_frame_put(&frame, 42, (struct str){ bytes, n }), 0);
	world_send_bytes(&w, client, frame.p, frame.n);
	buf_fini(&frame);
	world_run(&w, 8000);
}

static void
answered(const char *name, const char *when, const char *heard, const char *want)
{
	ck_assert_msg(want[0] != '\0' ? strstr(heard, want) != NULL : heard[0] == '\0',
		"%s %s: expected %s, heard %s", name, when, want, heard);
}

static void
try_sample(const char *name, const char *path)
{
	const struct sample *known = sample_by_name(name);
	unsigned client;

	client = world_connect(&w);
	world_settle(&w);
	world_take(&w, client);
	send_file(client, path);
	if (known != NULL)
		answered(name, "first", world_take(&w, client), known->first);
	client = world_session(&w);
	world_settle(&w);
	world_take(&w, client);
	send_file(client, path);
	if (known != NULL)
		answered(name, "in a session", world_take(&w, client), known->session);
	/* whatever it was, the connection serves on */
	world_take(&w, client);
	world_send(&w, client, 43, "<RequestSystemStatus/>");
	ck_assert_msg(strstr(world_take(&w, client), "0043 RequestSystemStatusResponse") != NULL,
		"%s: the session is not served any more", name);
}

static unsigned
try_folder(const char *folder)
{
	char path[600], name[300];
	DIR *dir;
	const struct dirent *e;
	unsigned count = 0;

	snprintf(path, sizeof(path), FOLDER "/%s", folder);
	dir = opendir(path);
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (strstr(e->d_name, ".xml") == NULL && strstr(e->d_name, ".bin") == NULL)
			continue;
		snprintf(name, sizeof(name), "%.40s/%.200s", folder, e->d_name);
		snprintf(path, sizeof(path), FOLDER "/%s", name);
		try_sample(name, path);
		count++;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

START_TEST(test_samples)
{
	DIR *dir = opendir(FOLDER);
	const struct dirent *e;
	unsigned count = 0;

	if (dir == NULL) {
		printf("skip: %s is not there\n", FOLDER);
		return;
	}
	world_init(&w, 1, "");
	world_start(&w);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			count += try_folder(e->d_name);
	closedir(dir);
	ck_assert_uint_ge(count, sizeof(samples) / sizeof(samples[0]));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_samples };

	return world_main("csta_samples", tests, sizeof(tests) / sizeof(tests[0]));
}
