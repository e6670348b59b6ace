/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints every row that docs/broadworks-coverage.md must have, from the tables of the product:
 *
 *	event NAME TAB what it carries
 *	request NAME TAB method TAB path TAB CTI element TAB pattern of the path without its query
 *
 * The pattern is an extended regular expression in lower case. With the argument "csta" those of docs/csta-coverage.md:
 *
 *	service NAME TAB root of the positive answer, or - if the service has none
 *	request NAME (of the server)
 *	event NAME
 *
 * With "spool FILE..." it puts these messages into the spool, for the test of the spool.
 */
#include "proto/csta_msg.h"
#include "proto/xsi_event.h"
#include "proto/xsi_op.h"
#include "tests/coverage/spool.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "CALL_SNAPSHOT" in words. */
static void
print_class(const char *class)
{
	for (; *class != '\0'; class ++)
		putchar(*class == '_' ? ' ' : tolower((unsigned char)*class));
	putchar('\n');
}

static void
print_event(const char *name, const char *class)
{
	printf("event %s\t", name);
	print_class(class);
}

static void
print_pattern(const char *path)
{
	printf("/v2[.]0");
	for (; *path != '\0' && *path != '?'; path++) {
		if (*path == '{') {
			printf("[^/]+");
			path = strchr(path, '}');
		} else {
			putchar(tolower((unsigned char)*path));
		}
	}
	printf("$\n");
}

static void
print_request(enum xsi_op op, const char *method, const char *path)
{
	const char *element = xsi_op_element(op);
	const char *other = xsi_op_method_other(op);

	printf("request %s\t%s%s%s\t%s\t%s\t", xsi_op_name(op), method, other ? " or " : "",
		other ? other : "", path, element ? element : "-");
	print_pattern(path);
}

/* Requests without a positive answer; what is in CSTA_REQUESTS and no service stands in main(). */
static bool
is_answered(enum csta_request_kind kind)
{
	static const char *const unanswered[] = { "RouteSelect", "RouteReject", "RouteEnd" };

	for (size_t i = 0; i < sizeof(unanswered) / sizeof(unanswered[0]); i++)
		if (strcmp(csta_request_name(kind), unanswered[i]) == 0)
			return false;
	return true;
}

static void
print_service(enum csta_request_kind kind)
{
	const char *name = csta_request_name(kind);
	bool is_session = kind == CSTA_StartApplicationSession ||
		kind == CSTA_StopApplicationSession || kind == CSTA_ResetApplicationSessionTimer;
	size_t n = strlen(name);

	if (kind == CSTA_CSTAErrorCode || kind == CSTA_keepalive ||
		(n > 8 && strcmp(name + n - 8, "Response") == 0))
		return;
	if (is_answered(kind))
		printf("service %s\t%s%sResponse\n", name, name, is_session ? "Pos" : "");
	else
		printf("service %s\t-\n", name);
}

static void
print_csta(void)
{
	static const char *const requests[] = { "SystemStatus", "MonitorStop", "SnapshotDeviceData",
		"SystemRegisterAbort", "SwitchingFunctionDevices", "SnapshotCallData",
		"ApplicationSessionTerminated" };

#define XX(name) print_service(CSTA_##name);
	CSTA_REQUESTS(XX)
#undef XX
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		printf("request %s\n", requests[i]);
	for (int kind = 0; kind < CSTA_EVENT_COUNT; kind++)
		printf("event %s\n", csta_event_name((enum csta_event_kind)kind));
}

static void
print_broadworks(void)
{
	print_event("ChannelHeartBeat", "channel");
	print_event("ChannelTerminatedEvent", "channel");
	print_event("ErrorEvent", "channel");
#define XX(name, class) print_event(#name "Event", #class);
	XSI_EVENTS(XX)
#undef XX
#define XX(name, type, class) print_event(type, #class);
	XSI_EVENTS_ODD(XX)
#undef XX
#define XX(name, element, method, context, path, body) print_request(XSI_OP_##name, #method, path);
	XSI_OPS(XX)
#undef XX
}

static void
spool_file(const char *path)
{
	char text[65536];
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		exit(EXIT_FAILURE);
	csta_spool(text, fread(text, 1, sizeof(text), in));
	fclose(in);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "csta") == 0)
		print_csta();
	else if (argc > 1 && strcmp(argv[1], "spool") == 0)
		for (int i = 2; i < argc; i++)
			spool_file(argv[i]);
	else
		print_broadworks();
	return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
