/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope of a broken event: xsi_salvage() of xsi_decode.h.
 *
 * An event that cannot be parsed may still say which one it is, and then it can be acknowledged
 * with 400 and its device refreshed, instead of losing the channel. This is a search, no parser: it
 * trusts nothing that is longer than its field, not printable ASCII, or not closed by a '<'. It
 * reads each byte once.
 */
#include "proto/xsi_decode.h"

/* The longest name that is looked for, with room for a prefix. */
#define NAME_BYTES_MAX 64

static bool
salvage_ends_name(char c)
{
	return c == '>' || c == '/' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '<';
}

/* The local name at the front of `s`, "" if it is too long for one of ours. */
static struct str
salvage_name(struct str s)
{
	struct str rest;
	struct str first;
	size_t n = 0;

	while (n < s.n && n < NAME_BYTES_MAX && !salvage_ends_name(s.p[n]))
		n++;
	if (n == s.n || n == NAME_BYTES_MAX)
		return STR_NONE;
	first = str_cut((struct str){ s.p, n }, ':', &rest);
	return rest.n > 0 ? rest : first;
}

static bool
salvage_is_usable(struct str s, size_t size)
{
	if (s.n == 0 || s.n >= size)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '&')
			return false;
	}
	return true;
}

/* Where the text of an element of this name goes, and its room; NULL if it is none of ours. */
static struct str *
salvage_place(struct xsi_event *out, struct str name, struct str *sequence, size_t *size)
{
	const struct {
		const char *name;
		struct str *place;
		size_t size;
	} fields[] = {
		{ "eventID", &out->event_id, LIMIT_BW_ID },
		{ "sequenceNumber", sequence, 11 },
		{ "subscriptionId", &out->subscription_id, LIMIT_BW_ID },
		{ "channelId", &out->channel_id, LIMIT_BW_ID },
		{ "userId", &out->owner, LIMIT_USER_ID },
		{ "clientId", &out->owner, LIMIT_USER_ID },
		{ "targetId", &out->target, LIMIT_USER_ID },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (str_is(name, fields[i].name)) {
			*size = fields[i].size;
			return fields[i].place;
		}
	}
	return NULL;
}

/*
 * The text between the '>' of the tag at the front of `s` and the next '<'; `*rest` begins with
 * that '<'.
 */
static struct str
salvage_text(struct str s, struct str *rest)
{
	struct str behind;
	struct str text;
	struct str tag = str_cut(s, '>', &behind);

	text = str_cut(behind, '<', NULL);
	*rest = (struct str){ behind.p + text.n, behind.n - text.n };
	if (rest->n == 0 || tag.p[tag.n - 1] == '/')
		return STR_NONE;
	return str_trim(text);
}

void
xsi_salvage(struct str document, struct xsi_event *out)
{
	struct str sequence = STR_NONE;
	struct str rest = document;
	uint64_t number = 0;

	memset(out, 0, sizeof(*out));
	for (;;) {
		struct str name;
		struct str *place;
		size_t size = 0;

		str_cut(rest, '<', &rest);
		if (rest.n == 0)
			break;
		name = salvage_name(rest);
		if (str_is(name, "eventData"))
			break;
		place = salvage_place(out, name, &sequence, &size);
		if (place != NULL && place->n == 0) {
			struct str text = salvage_text(rest, &rest);

			if (salvage_is_usable(text, size))
				*place = text;
		}
	}
	if (str_u64(sequence, INT32_MAX, &number))
		out->sequence = (uint32_t)number;
}
