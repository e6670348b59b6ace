/* SPDX-License-Identifier: Apache-2.0 */
/* See ctl_json.h. */
#include "daemon/ctl_json.h"

#include "proto/base/check.h"

static int
append_to_buf(const char *p, size_t n, void *arg)
{
	buf_put(arg, p, n);
	return 0;
}

void
ctl_json_put(struct buf *out, json_t *root)
{
	REQUIRE(root != NULL);
	json_dump_callback(root, append_to_buf, out, JSON_COMPACT);
	json_decref(root);
}

json_t *
ctl_json_plain(const char *text)
{
	char plain[CTL_JSON_TEXT_BYTES_MAX + 1];
	size_t n = 0;

	for (; text[n] != '\0' && n < sizeof(plain) - 1; n++)
		plain[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	plain[n] = '\0';
	return json_string(plain);
}
