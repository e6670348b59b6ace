/* SPDX-License-Identifier: Apache-2.0 */
/* Named crash points: see sim_point.h. */
#include "tests/sim/sim_point.h"

#include "ha/ha_frame.h"

#include <string.h>

#define POINT_FRAME_TYPE_AT 6 /* magic, version, speaks: docs/ha-protocol.md 3 */

struct point_row {
	const char *name;
	enum node_action_kind kind;
	uint8_t frame;
	const char *method;
	const char *path;
};

static const struct point_row rows[] = {
#define XX(id, name, kind, frame, method, path) \
	[SIM_POINT_##id] = { name, kind, frame, method, path },
	SIM_POINTS(XX)
#undef XX
};

const char *
sim_point_name(enum sim_point p)
{
	return p == SIM_POINT_NONE ? "none" : rows[p].name;
}

enum sim_point
sim_point_of_name(struct str name)
{
	for (int p = SIM_POINT_NONE + 1; p < SIM_POINT_COUNT; p++)
		if (str_is(name, rows[p].name))
			return (enum sim_point)p;
	return SIM_POINT_NONE;
}

static bool
point_frame_is(uint8_t frame, struct str bytes)
{
	return bytes.n > POINT_FRAME_TYPE_AT && (uint8_t)bytes.p[POINT_FRAME_TYPE_AT] == frame;
}

static bool
point_path_is(const char *part, struct str path)
{
	return memmem(path.p, path.n, part, strlen(part)) != NULL;
}

bool
sim_point_is(enum sim_point p, const struct node_action *a)
{
	const struct point_row *r = &rows[p];

	if (p == SIM_POINT_NONE || a->kind != r->kind)
		return false;
	if (r->kind == NODE_ACT_LISTEN)
		return a->flag;
	if (r->frame != 0)
		return point_frame_is(r->frame, a->bytes);
	if (r->path != NULL && !point_path_is(r->path, a->path))
		return false;
	return r->method == NULL || (a->method != NULL && strcmp(a->method, r->method) == 0);
}
