/* SPDX-License-Identifier: Apache-2.0 */
/* Pause and resume: see tandemctl_pause.h. */
#include "daemon/tandemctl_pause.h"

#include "daemon/tandemctl_move.h"
#include "daemon/tandemctl_run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void
tandemctl_pause_time(int64_t s, char *text, size_t size)
{
	time_t at = (time_t)s;
	struct tm utc;

	if (gmtime_r(&at, &utc) == NULL || strftime(text, size, "%Y-%m-%d %H:%M:%SZ", &utc) == 0)
		text[0] = '\0';
}

/* Plain characters in an attribute; all others are left out. */
static void
put_plain(const char *text, struct buf *out)
{
	for (size_t i = 0; text[i] != '\0' && i < TANDEMCTL_PAUSE_REASON; i++)
		if (text[i] >= ' ' && text[i] <= '~' && strchr("<>&\"'", text[i]) == NULL)
			buf_char(out, text[i]);
}

void
tandemctl_pause_xml(const char *clone, const char *resource, const char *reason, const char *end,
	struct buf *out)
{
	buf_printf(out,
		"<clone id=\"%s\"><primitive id=\"%s\"><meta_attributes id=\"" TANDEMCTL_PAUSE_ID
		"\" score=\"1000\">",
		clone, resource);
	if (end[0] != '\0')
		buf_printf(out,
			"<rule id=\"" TANDEMCTL_PAUSE_ID
			"-rule\" score=\"INFINITY\"><date_expression id=\"" TANDEMCTL_PAUSE_ID
			"-end\" operation=\"lt\" end=\"%s\"/></rule>",
			end);
	buf_cstr(out,
		"<nvpair id=\"" TANDEMCTL_PAUSE_ID
		"-managed\" name=\"is-managed\" value=\"false\"/><nvpair id=\"" TANDEMCTL_PAUSE_ID
		"-reason\" name=\"" TANDEMCTL_PAUSE_ID "-reason\" value=\"");
	put_plain(reason, out);
	buf_cstr(out, "\"/></meta_attributes></primitive></clone>");
}

bool
tandemctl_pause_of(const char *cib, const char *now, char *text, size_t size)
{
	const char *end =
		tandemctl_find_tag(cib, "date_expression", "id", TANDEMCTL_PAUSE_ID "-end");
	const char *why = tandemctl_find_tag(cib, "nvpair", "id", TANDEMCTL_PAUSE_ID "-reason");
	char until[32] = "", reason[TANDEMCTL_PAUSE_REASON + 1] = "";

	if (tandemctl_find_tag(cib, "nvpair", "id", TANDEMCTL_PAUSE_ID "-managed") == NULL)
		return false;
	if (why != NULL)
		(void)tandemctl_attribute(why, "value", reason, sizeof(reason));
	if (end != NULL)
		(void)tandemctl_attribute(end, "end", until, sizeof(until));
	snprintf(text, size, "%s%s%s%s", until[0] ? "until " : "until it is resumed", until,
		reason[0] ? ": " : "", reason);
	return until[0] == '\0' || strcmp(now, until) < 0;
}

/* --- the commands ------------------------------------------------------------------------------- */

/* 0, or the program's words are told. */
static int
cibadmin(const struct tandemctl_call *c, const char *order, const char *option, struct buf *xml)
{
	char path[256], kept[2][32], scope[] = "--scope", part[] = "resources",
				     text[] = "--xml-text";
	char *args[] = { path, kept[0], kept[1], scope, part, text, NULL, NULL };
	struct buf out;
	int code = -1;

	snprintf(kept[0], sizeof(kept[0]), "%s", order);
	snprintf(kept[1], sizeof(kept[1]), "%s", option);
	buf_char(xml, '\0');
	args[6] = (char *)xml->p;
	buf_init(&out, 65536);
	if (tandemctl_pacemaker_path(&c->conf, "cibadmin", path, sizeof(path)))
		code = tandemctl_run(args, TANDEMCTL_RUN_MS, &out);
	if (code != 0)
		fprintf(stderr, "tandemctl: cibadmin %s failed (%d): %.*s\n", order, code,
			(int)out.n, out.n > 0 ? (const char *)out.p : "");
	buf_fini(&out);
	return code;
}

int
tandemctl_pause(const struct tandemctl_call *c)
{
	const char *reason = c->reason != NULL ? c->reason : "";
	char end[32] = "";
	struct buf xml;
	int code;

	if (c->for_s > 0)
		tandemctl_pause_time((int64_t)time(NULL) + c->for_s, end, sizeof(end));
	if (!tandemctl_is_agreed(c,
		    "Pacemaker will leave tandemd alone: a node that dies is NOT taken over until "
		    "\"tandemctl resume\", or until the time that --for says."))
		return TANDEMCTL_REFUSED;
	buf_init(&xml, 4096);
	tandemctl_pause_xml(tandemctl_clone_id(&c->conf), c->conf.resource, reason, end, &xml);
	code = cibadmin(c, "--modify", "--allow-create", &xml);
	buf_fini(&xml);
	if (code != 0)
		return TANDEMCTL_FAILED;
	printf(" paused %s%s%s%s; doctor shows it as D26\n",
		end[0] ? "until " : "until it is resumed", end, reason[0] ? ": " : "", reason);
	return TANDEMCTL_DONE;
}

int
tandemctl_resume(const struct tandemctl_call *c)
{
	/* what pcs resource unmanage leaves */
	const char *const words[] = { "--resource", c->conf.resource, "--meta",
		"--delete-parameter", "is-managed", NULL };
	struct buf xml;
	int code;

	buf_init(&xml, 256);
	buf_cstr(&xml, "<meta_attributes id=\"" TANDEMCTL_PAUSE_ID "\"/>");
	code = cibadmin(c, "--delete", "--force", &xml);
	buf_fini(&xml);
	if (code != 0 || tandemctl_crm_resource(&c->conf, words) != 0)
		return TANDEMCTL_FAILED;
	printf(" Pacemaker looks after tandemd again\n");
	return TANDEMCTL_DONE;
}
