/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints every row that docs/broadworks-coverage.md must have, from the tables of the product:
 *
 *	event NAME TAB what it carries
 *	request NAME TAB method TAB path TAB CTI element TAB pattern of the path without its query
 *
 * The pattern is an extended regular expression in lower case.
 */
#include "proto/xsi_event.h"
#include "proto/xsi_op.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

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

int
main(void)
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
	return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
