/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving the role while the configurations differ: see tandemctl_rolling.h.
 *
 * Replicated state does not depend on the configuration, so whatever differs, calls, sessions, monitors and numbers go on. Three
 * things are otherwise. Clients are let in by the values of the new active. They are told of devices as it spells them. And a
 * subscription at BroadWorks goes on under its id, which ties it to the channel set it was made for: a node with another set would
 * be told that all its subscriptions are well, and hear nothing.
 */
#include "daemon/tandemctl_rolling.h"

#include "daemon/ctl.h"
#include "daemon/tandemctl_conf.h"

#include <stdio.h>
#include <string.h>

enum meaning {
	PLAIN,
	CLIENTS,
	NAMES,
	DEAF,
	MEANINGS
};

static const struct {
	const char *section,
		*key; /* key NULL: all of the section; of "listener" every [listener NAME] */
	enum meaning meaning;
} rolling_keys[] = {
	{ "csta", "listen", CLIENTS },
	{ "csta", "user", CLIENTS },
	{ "csta", "password", CLIENTS },
	{ "csta", "implicit-association", CLIENTS },
	{ "csta", "sessions-max", CLIENTS },
	{ "csta", "connections-max", CLIENTS },
	{ "listener", NULL, CLIENTS },
	{ "application", NULL, CLIENTS },
	{ "numbers", NULL, NAMES },
	{ "devices", NULL, NAMES },
	{ "broadworks", "default-domain", NAMES },
	{ "broadworks", "channel-set", DEAF },
	{ "broadworks", "channel-set-mode", DEAF },
	{ "broadworks", "application-id", DEAF },
};

static const char *const rolling_texts[MEANINGS] = {
	[CLIENTS] =
		" note: who is let in, and where: applications come back under the values of the other node\n",
	[NAMES] = " note: devices: applications may be told of them by other names than before\n",
	[DEAF] =
		" refused: subscriptions belong to the channel set that they were made for: the other node would hear nothing.\n"
		" These keys are changed while neither node runs (crm_resource -r RESOURCE-clone --meta -p target-role -v Stopped)\n",
};

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

/* "listener" is that of "listener tls" too. */
static bool
is_section(const char *section, const char *wanted)
{
	size_t n = strlen(wanted);

	return strncmp(section, wanted, n) == 0 && (section[n] == '\0' || section[n] == ' ');
}

static enum meaning
meaning_of(const json_t *row)
{
	for (size_t i = 0; i < sizeof(rolling_keys) / sizeof(rolling_keys[0]); i++) {
		const char *key = rolling_keys[i].key;

		if (is_section(text_of(row, "section"), rolling_keys[i].section) &&
			(key == NULL || strcmp(text_of(row, "key"), key) == 0))
			return rolling_keys[i].meaning;
	}
	return PLAIN;
}

int
tandemctl_rolling_judge(const json_t *rows, struct buf *out)
{
	bool means[MEANINGS] = { false };
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		tandemctl_conf_row(row, out);
		means[meaning_of(row)] = true;
	}
	for (enum meaning m = PLAIN; m < MEANINGS; m++)
		if (means[m] && rolling_texts[m] != NULL)
			buf_cstr(out, rolling_texts[m]);
	if (json_array_size(rows) == 0)
		buf_cstr(out,
			" refused: the daemons do not say what differs (tandemd -p on both)\n");
	return means[DEAF] || json_array_size(rows) == 0 ? TANDEMCTL_REFUSED : 0;
}

int
tandemctl_rolling(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "confdiff", TANDEMCTL_ASK_OTHER_MS, &e);
	struct buf out;
	int code;

	if (answer == NULL)
		return tandemctl_report(&e);
	buf_init(&out, CTL_MESSAGE_BYTES_MAX);
	code = tandemctl_rolling_judge(json_object_get(answer, "rows"), &out);
	fprintf(stderr, "The configurations differ:\n%.*s", (int)out.n,
		out.n > 0 ? (const char *)out.p : "");
	buf_fini(&out);
	json_decref(answer);
	return code;
}
