/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links that DNS SRV names (see bw_link.h): the hosts come and go, the places for them stay.
 *
 * Happy path: the name is asked, its records are put in order (priority, then weight), the best of them get a place.
 * One that had a place keeps it. A host that is not named any more keeps its place as long as its channel works.
 * Failure: what was known stays; the name is asked anew after a back-off, and soon after a link was lost.
 */
#include "daemon/bw_part.h"

#include <stdio.h>

#define SRV_RETRY_MS 5000
#define SRV_SOON_MS 1000
#define SRV_TIMEOUT_MS 30000
#define SRV_RECORDS_MAX 64

struct srv_record {
	uint32_t priority, weight;
	char url[BW_URL_BYTES];
	bool placed;
};

void
bw_srv_activate(struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->srv_count; i++)
		b->south.srv[i] = (struct bw_srv){ .due = b->x->now };
}

void
bw_srv_tick(struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->srv_count; i++) {
		struct bw_srv *s = &b->south.srv[i];

		if (b->phase == BW_OFF || !mono_due(s->due, b->x->now))
			continue;
		s->query = ctx_new_id(b->x);
		s->due = mono_add_ms(b->x->now, SRV_TIMEOUT_MS);
		ctx_act(b->x,
			&(struct node_action){ .kind = NODE_ACT_RESOLVE,
				.id = s->query,
				.text = str_of(b->x->conf->srv[i].name) });
	}
}

struct mono
bw_srv_deadline(const struct bw *b)
{
	struct mono due = MONO_NEVER;

	for (uint32_t i = 0; i < b->x->conf->srv_count; i++)
		due = mono_min(due, b->south.srv[i].due);
	return due;
}

bool
bw_srv_is_pending(const struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->srv_count; i++)
		if (!b->south.srv[i].known)
			return true;
	return false;
}

void
bw_srv_doubt(struct bw *b, uint32_t xsp)
{
	uint32_t srv = b->x->conf->xsps[xsp].srv;

	if (srv == 0 || b->south.srv[srv - 1].query != 0)
		return;
	b->south.srv[srv - 1].due =
		mono_min(b->south.srv[srv - 1].due, mono_add_ms(b->x->now, SRV_SOON_MS));
}

/* "priority weight port host" */
static bool
srv_read(struct str line, const struct conf_srv *srv, struct srv_record *r)
{
	const char *scheme = srv->transport == CONF_CTI ? (srv->tls ? "ctis" : "cti") :
							  (srv->tls ? "https" : "http");
	struct str rest = line;
	uint64_t n[3];
	int length;

	for (int i = 0; i < 3; i++)
		if (!str_u64(str_cut(rest, ' ', &rest), 65535, &n[i]))
			return false;
	if (rest.n > 0 && rest.p[rest.n - 1] == '.')
		rest.n--;
	*r = (struct srv_record){ .priority = (uint32_t)n[0], .weight = n[1] ? (uint32_t)n[1] : 1 };
	length = snprintf(
		r->url, sizeof(r->url), "%s://%.*s:%u", scheme, STR_ARG(rest), (unsigned)n[2]);
	return n[2] > 0 && length > 0 && (size_t)length < sizeof(r->url) &&
		bw_url_is_plain(str_of(strstr(r->url, "://") + 3));
}

static bool
srv_is_before(const struct srv_record *a, const struct srv_record *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (a->weight != b->weight)
		return a->weight > b->weight;
	return strcmp(a->url, b->url) < 0;
}

/* Reads the lines into a list in order of use; the two nodes need not agree on it. */
static uint32_t
srv_read_all(const struct conf_srv *srv, struct str lines, struct srv_record *list)
{
	uint32_t count = 0;

	while (lines.n > 0 && count < SRV_RECORDS_MAX) {
		struct srv_record r;
		uint32_t at = count;

		if (!srv_read(str_cut(lines, '\n', &lines), srv, &r))
			continue;
		for (; at > 0 && srv_is_before(&r, &list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = r;
		count++;
	}
	return count;
}

static void
srv_place(struct bw *b, uint32_t xsp, const struct srv_record *r)
{
	struct bw_link *l = &b->south.of[xsp];

	/* the numbers of SRV are those of use: the lowest priority first */
	l->priority =
		b->x->conf->priority_order == CONF_HIGH_FIRST ? 65535 - r->priority : r->priority;
	l->weight = r->weight;
	if (strcmp(l->url, r->url) == 0)
		return;
	str_copy(l->url, sizeof(l->url), str_of(r->url));
	l->target[0] = '\0';
	l->hold_until = b->x->now;
	b->channels[xsp].failures = 0;
	log_emit(b->x->log, M_LINK, "xsp=%s is %s", b->x->conf->xsps[xsp].name, l->url);
}

/* Free: nothing there, or a host that is gone and does not work either. */
static bool
srv_is_free(const struct bw *b, uint32_t xsp, const struct srv_record *list, uint32_t count)
{
	const struct bw_link *l = &b->south.of[xsp];

	for (uint32_t i = 0; i < count; i++)
		if (strcmp(list[i].url, l->url) == 0)
			return false;
	return l->url[0] == '\0' || b->channels[xsp].state == CHANNEL_DOWN;
}

static void
srv_place_all(struct bw *b, uint32_t srv, struct srv_record *list, uint32_t count)
{
	const struct conf *conf = b->x->conf;

	if (count > conf->srv_links_max)
		count = conf->srv_links_max;
	/* several channels to one XSP: every further one is a copy of the first */
	for (uint32_t i = 0; i < conf->xsp_count; i++) {
		for (uint32_t k = 0; conf->xsps[i].srv == srv && k < count; k++) {
			if (strcmp(b->south.of[i].url, list[k].url) != 0)
				continue;
			list[k].placed |= conf->xsps[i].primary == i;
			srv_place(b, i, &list[k]);
		}
	}
	for (uint32_t k = 0; k < count; k++) {
		uint32_t at = conf->xsp_count;

		for (uint32_t i = 0; i < conf->xsp_count && !list[k].placed; i++) {
			if (conf->xsps[i].srv != srv)
				continue;
			if (conf->xsps[i].primary == i && at == conf->xsp_count &&
				srv_is_free(b, i, list, count))
				at = i;
			if (at != conf->xsp_count && conf->xsps[i].primary == at)
				srv_place(b, i, &list[k]);
		}
	}
	for (uint32_t i = 0; i < conf->xsp_count; i++)
		if (conf->xsps[i].srv == srv && srv_is_free(b, i, list, count))
			b->south.of[i].url[0] = '\0';
}

void
bw_resolved(struct bw *b, uint64_t query, bool ok, struct str lines, struct str why)
{
	struct srv_record *list;
	uint32_t srv = 0, count;

	while (srv < b->x->conf->srv_count && b->south.srv[srv].query != query)
		srv++;
	if (b->phase == BW_OFF || srv == b->x->conf->srv_count || query == 0)
		return;
	list = mem_zalloc(SRV_RECORDS_MAX * sizeof(*list));
	count = ok ? srv_read_all(&b->x->conf->srv[srv], lines, list) : 0;
	b->south.srv[srv].query = 0;
	b->south.srv[srv].known = true;
	b->south.srv[srv].due = mono_add_ms(b->x->now,
		rng_jitter_ms(&b->x->rng,
			count > 0 ? b->x->conf->srv_refresh_s * 1000 : SRV_RETRY_MS, 10));
	if (count > 0)
		srv_place_all(b, srv + 1, list, count);
	else
		log_emit(b->x->log, M_LINK, "%s: no server: %.*s", b->x->conf->srv[srv].name,
			STR_ARG(why.n ? why : STR("the answer names none")));
	mem_free(list);
	bw_channels_unblock(b);
	if (b->phase == BW_LISTING && b->list_tries == 0)
		b->phase_due = b->x->now;
}
