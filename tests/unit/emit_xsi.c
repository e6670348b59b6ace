/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helper of test_xsi_schema.sh: `emit_xsi DIR` writes one file for every kind of body that
 * xsi_encode.h can make, with plain arguments and with awkward ones, and prints how many. Exit code
 * 0, or 1 with a sentence when a file cannot be written or a body is over its limit.
 */
#include "proto/base/limits.h"
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
	static const char *const packages[] = { "Advanced Call", "Standard Call", "Basic Call" };

	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "subscription-%zu", i);
		xsi_put_subscription(b, packages[i], 3600, STR("tandem-set"), STR("tandem"));
		emit(b, name);
	}
	xsi_put_subscription(b, "Advanced Call", 0, STR("\xff<&>"), STR(""));
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
	buf_fini(&b);
	printf("%d\n", file_count);
	return EXIT_SUCCESS;
}
