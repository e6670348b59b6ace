/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the daemon: see tandemctl.h. Every question has a deadline; behind it stands an alarm, so that nothing that
 * hangs makes tandemctl hang.
 */
#include "daemon/ctl.h"
#include "daemon/ctl_client.h"
#include "daemon/tandemctl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
on_alarm(int sig)
{
	static const char text[] = "tandemctl: no answer in time\n";

	(void)sig;
	(void)!write(2, text, sizeof(text) - 1);
	_exit(TANDEMCTL_FAILED);
}

/* The answer if the daemon did what it was asked for. */
static json_t *
good_answer(json_t *root, struct err *e)
{
	const char *why = json_string_value(json_object_get(root, "error"));
	bool denied = json_is_true(json_object_get(root, "denied"));

	if (root == NULL)
		err_set(e, E_MALFORMED, "the daemon's answer is not understood");
	else if (json_is_true(json_object_get(root, "ok")))
		return root;
	else
		err_set(e, denied ? E_REFUSED : E_STATE, "%s",
			why ? why : "refused without a reason");
	json_decref(root);
	return NULL;
}

json_t *
tandemctl_ask(const struct tandemctl_call *c, json_t *request, int64_t deadline_ms, struct err *e)
{
	struct buf answer;
	char *text;
	json_t *root = NULL;

	if (c->node != NULL && deadline_ms < TANDEMCTL_ASK_OTHER_MS)
		deadline_ms = TANDEMCTL_ASK_OTHER_MS;
	if (c->node != NULL)
		json_object_set_new(request, "node", json_string(c->node));
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	buf_init(&answer, CTL_MESSAGE_BYTES_MAX);
	signal(SIGALRM, on_alarm);
	alarm((unsigned)(deadline_ms / 1000 + 1));
	if (ctl_client_ask(c->socket, text, deadline_ms, &answer, e) == 0)
		root = good_answer(json_loadb((const char *)answer.p, answer.n, 0, NULL), e);
	alarm(0);
	free(text);
	buf_fini(&answer);
	return root;
}

json_t *
tandemctl_ask_verb(
	const struct tandemctl_call *c, const char *verb, int64_t deadline_ms, struct err *e)
{
	return tandemctl_ask(c, json_pack("{s:s}", "verb", verb), deadline_ms, e);
}

bool
tandemctl_is_dead(const struct err *e)
{
	return e->code == E_UNKNOWN || e->code == E_TIMEOUT || e->code == E_IO;
}

int
tandemctl_report(const struct err *e)
{
	fprintf(stderr, "tandemctl: %s%s\n", e->text,
		tandemctl_is_dead(e) ? "; tandemctl status says what is known without it" : "");
	if (e->code == E_REFUSED)
		return TANDEMCTL_NOT_PERMITTED;
	if (e->code == E_STATE)
		return TANDEMCTL_REFUSED;
	return e->code == E_UNKNOWN || e->code == E_TIMEOUT ? TANDEMCTL_FALLBACK : TANDEMCTL_FAILED;
}

void
tandemctl_print(struct buf *b)
{
	if (b->n > 0)
		fwrite(b->p, 1, b->n, stdout);
	buf_fini(b);
}

void
tandemctl_print_json(const json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(1));
	putchar('\n');
}
