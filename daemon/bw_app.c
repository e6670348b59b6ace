/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The application controller: BroadWorks routes calls of route points to it as long as it says that it is ready.
 *
 * Happy path: when a channel is open its state is asked for, and set to ready if it is not; asked again every
 * app-controller-check-s. The question is a check of the whole way as well: XSP, account, application server.
 * Failure: told in the log when it begins and when it is over; an XSP that does not answer is doubtful (bw_link.c).
 */
#include "daemon/bw_part.h"

#include "proto/xsi_body.h"
#include "proto/xsi_decode.h"

#define APP_RETRY_MS 5000
static bool
app_is_wanted(const struct bw *b)
{
	return b->x->conf->app_controller[0] != '\0' && b->phase == BW_RUNNING &&
		b->channels_open > 0;
}

void
bw_app_activate(struct bw *b)
{
	b->app.due = b->x->now;
	b->app.failures = 0;
	b->app.is_ready = false;
}

static void
app_send(struct bw *b, bool set)
{
	struct xsi_request q = {
		.op = set ? XSI_OP_controller_set : XSI_OP_controller_get,
		.args = { str_of(b->x->conf->app_controller) },
	};

	buf_reset(&b->body);
	if (set)
		xsi_body_controller(&b->body, true);
	q.body = buf_as_str(&b->body);

	b->app.due = mono_add_ms(b->x->now, b->x->conf->app_controller_check_s * 1000);
	bw_request_send(b, BW_REQ_CONTROLLER, bw_pick_xsp(b, XSI_OP_none), &q, NULL);
}

void
bw_app_tick(struct bw *b)
{
	if (app_is_wanted(b) && mono_due(b->app.due, b->x->now))
		app_send(b, false);
}

struct mono
bw_app_deadline(const struct bw *b)
{
	return app_is_wanted(b) ? b->app.due : MONO_NEVER;
}

static void
app_state(struct bw *b, bool is_ready)
{
	if (is_ready && (!b->app.is_ready || b->app.failures > 0))
		log_emit(b->x->log, M_LINK, "the application controller %s is ready",
			b->x->conf->app_controller);
	b->app.is_ready = is_ready;
	b->app.failures = 0;
	if (!is_ready)
		app_send(b, true);
}

void
bw_app_done(struct bw *b, const struct bw_request *r, struct str body)
{
	struct err e = { 0 };

	if (r->result == BW_DONE && r->op == XSI_OP_controller_set) {
		app_state(b, true);
		return;
	}
	if (r->result == BW_DONE && xsi_decode(b->x->xml, body, b->doc, &e) == E_OK &&
		b->doc->kind == XSI_DOC_CONTROLLER) {
		app_state(b, b->doc->is_up);
		return;
	}
	if (b->app.failures++ == 0)
		log_emit(b->x->log, M_LINK,
			"the state of the application controller %s is not known",
			b->x->conf->app_controller);
	b->app.is_ready = false;
	b->app.due = mono_add_ms(b->x->now, APP_RETRY_MS);
}
