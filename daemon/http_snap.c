/* SPDX-License-Identifier: Apache-2.0 */
/* The copy that the page is made of: see http_snap.h. */
#include "daemon/http_snap.h"

#include <string.h>

#define MASK_SHOWN 2
#define MASK_SHORTEST 5

struct stat_input
http_snap_stat(const struct http_snap *s)
{
	return (struct stat_input){ .clustered = s->clustered,
		.fencing = s->fencing,
		.node_name = s->node_name,
		.wall_us = s->wall_us,
		.view = &s->view,
		.counts = &s->counts,
		.takeover = &s->takeover,
		.links = s->links,
		.link_count = s->link_count,
		.digest = s->digest,
		.serving = s->serving,
		.state_trouble = s->loop.state.why };
}

void
http_snap_set_view(struct http_snap *s, const struct ha_view *v)
{
	size_t n = v->peer.health.n;

	s->view = *v;
	if (n > sizeof(s->health))
		n = sizeof(s->health);
	if (n > 0)
		memcpy(s->health, v->peer.health.p, n);
	s->view.peer.health = (struct str){ s->health, n };
}

const char *
http_party_state(enum node_party_state state)
{
	static const char *const names[] = {
#define XX(name, text) text,
		NODE_PARTY_STATES(XX)
#undef XX
	};

	return names[state];
}

bool
http_link_is_up(const struct node_link *l)
{
	struct str state = str_of(l->state);

	return str_is(state, "open") || str_is(state, "degraded") || str_is(state, "overloaded");
}

void
http_plain(const char *text, char *shown, size_t size)
{
	size_t i;

	for (i = 0; text[i] != '\0' && i < size - 1; i++)
		shown[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	shown[i] = '\0';
}

void
http_masked(const struct http_snap *s, const char *text, char *shown, size_t size)
{
	size_t n = strlen(text), hidden = n < MASK_SHORTEST ? n : n - MASK_SHOWN;

	http_plain(text, shown, size);
	if (s->show_users)
		return;
	for (size_t i = 0; i < hidden && shown[i] != '\0'; i++)
		shown[i] = '*';
}
