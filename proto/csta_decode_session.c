/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of ECMA-354 sessions: see csta_decode_session.h.
 *
 * Login data has no standard form: Avaya's clients put a SessionLoginInfo of a foreign namespace
 * into applicationSpecificInfo, others plain `user` and `password`. So it is looked for by local
 * name, in SessionLoginInfo if there is one, else anywhere below applicationInfo.
 */
#include "proto/csta_decode_session.h"

#include "proto/csta_decode_part.h"

/* Beyond a year a duration is no longer a number of seconds but an error of the sender. */
#define SECONDS_MAX (UINT64_C(366) * 86400)

static struct str
text_below(const struct xml *x, uint32_t node, const char *name)
{
	uint32_t found = csta_decode_part_below(x, node, name);

	return found == XML_NONE ? STR_NONE : str_trim(xml_text(x, found));
}

static uint64_t
seconds_of(struct str text)
{
	uint64_t seconds;

	return str_u64(text, SECONDS_MAX, &seconds) ? seconds : 0;
}

/* An empty element wants numbers and has seen none yet; garbage does not say what it wants. */
static void
read_last_number(const struct xml *x, uint32_t login, struct csta_request *out)
{
	uint32_t node = csta_decode_part_below(x, login, "lastMessageSequenceNumber");
	struct str text;

	if (node == XML_NONE)
		return;
	text = str_trim(xml_text(x, node));
	out->numbered = text.n == 0 || str_u64(text, INT64_MAX, &out->last_number);
}

static void
read_login(const struct xml *x, uint32_t info, struct csta_request *out)
{
	uint32_t login = csta_decode_part_below(x, info, "SessionLoginInfo");

	if (login == XML_NONE)
		login = info;
	out->user = text_below(x, login, "userName");
	if (out->user.n == 0)
		out->user = text_below(x, login, "user");
	out->password = text_below(x, login, "password");
	out->session_id = text_below(x, login, "sessionID");
	out->cleanup_delay_s = seconds_of(text_below(x, login, "sessionCleanupDelay"));
	read_last_number(x, login, out);
}

static void
read_versions(const struct xml *x, uint32_t versions, struct csta_request *out)
{
	uint32_t node = versions == XML_NONE ? XML_NONE : xml_first(x, versions);

	for (; node != XML_NONE; node = xml_next(x, node)) {
		struct str version = str_trim(xml_text(x, node));
		enum csta_edition ed = csta_edition_of_version(version);

		if (version.n > 0)
			out->versions_given = true;
		if (ed > out->wanted)
			out->wanted = ed;
	}
}

void
csta_decode_session_start(const struct xml *x, uint32_t root, struct csta_request *out)
{
	read_login(x, xml_child(x, root, "applicationInfo"), out);
	read_versions(x, xml_child(x, root, "requestedProtocolVersions"), out);
	out->duration_s = seconds_of(xml_child_text(x, root, "requestedSessionDuration"));
}

void
csta_decode_session_stop(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->session_id = xml_child_text(x, root, "sessionID");
}

void
csta_decode_session_reset(const struct xml *x, uint32_t root, struct csta_request *out)
{
	csta_decode_session_stop(x, root, out);
	out->duration_s = seconds_of(xml_child_text(x, root, "requestedSessionDuration"));
}
