/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corosync: see link_cpg.h. The only file that knows it; its error codes end here.
 *
 * Happy path: connect (CPG model v1, quorum, node names from cmap, join) -> dispatch when a
 * descriptor is readable. corosync killed: a call gives CS_ERR_LIBRARY within milliseconds, which
 * is E_IO here.
 */
#include "ha/link_cpg.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <corosync/cmap.h>
#include <corosync/corotypes.h>
#include <corosync/cpg.h>
#include <corosync/quorum.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

struct node_name {
	uint32_t id;
	char name[64];
};

struct link_cpg {
	struct cpg_name group;
	struct link_cpg_handlers handlers;
	bool connected;
	cpg_handle_t cpg;
	quorum_handle_t quorum;
	int fd, quorum_fd;
	uint32_t node_id;
	struct node_name names[LINK_CPG_NODES_MAX];
	size_t name_count;
};

/* --- callbacks of corosync -------------------------------------------------------------------- */

static struct link_cpg *
link_of(cpg_handle_t handle)
{
	void *context = NULL;

	REQUIRE(cpg_context_get(handle, &context) == CS_OK && context != NULL);
	return context;
}

static void
on_deliver(cpg_handle_t handle, const struct cpg_name *group, uint32_t node_id, uint32_t pid,
	void *msg, size_t n)
{
	struct link_cpg *l = link_of(handle);

	(void)group;
	l->handlers.deliver(node_id, pid, (struct str){ msg, n }, l->handlers.arg);
}

static enum ha_reason
reason_of(uint32_t reason)
{
	switch (reason) {
	case CPG_REASON_JOIN:
		return HA_REASON_JOIN;
	case CPG_REASON_LEAVE:
		return HA_REASON_LEAVE;
	case CPG_REASON_NODEDOWN:
		return HA_REASON_NODEDOWN;
	case CPG_REASON_NODEUP:
		return HA_REASON_NODEUP;
	case CPG_REASON_PROCDOWN:
		return HA_REASON_PROCDOWN;
	default:
		return HA_REASON_UNKNOWN;
	}
}

static size_t
copy_members(struct ha_member *to, const struct cpg_address *from, size_t n)
{
	if (n > CPG_MEMBERS_MAX)
		n = CPG_MEMBERS_MAX;
	for (size_t i = 0; i < n; i++)
		to[i] = (struct ha_member){ from[i].nodeid, from[i].pid,
			reason_of(from[i].reason) };
	return n;
}

static void
on_confchg(cpg_handle_t handle, const struct cpg_name *group, const struct cpg_address *members,
	size_t member_count, const struct cpg_address *left, size_t left_count,
	const struct cpg_address *joined, size_t joined_count)
{
	struct link_cpg *l = link_of(handle);
	struct ha_member m[CPG_MEMBERS_MAX], gone[CPG_MEMBERS_MAX], come[CPG_MEMBERS_MAX];
	struct ha_confchg c = { .members = m, .left = gone, .joined = come };

	(void)group;
	c.member_count = copy_members(m, members, member_count);
	c.left_count = copy_members(gone, left, left_count);
	c.joined_count = copy_members(come, joined, joined_count);
	l->handlers.confchg(&c, l->handlers.arg);
}

static void
on_quorum(quorum_handle_t handle, uint32_t quorate, struct quorum_ring_id ring, uint32_t count,
	const uint32_t *members)
{
	const void *context = NULL;
	const struct link_cpg *l;

	(void)ring;
	(void)count;
	(void)members;
	REQUIRE(quorum_context_get(handle, &context) == CS_OK && context != NULL);
	l = context;
	l->handlers.quorum(quorate != 0, l->handlers.arg);
}

/* Not used, but corosync wants one: the nodelist comes before the quorum state. */
static void
on_nodelist(quorum_handle_t handle, struct quorum_ring_id ring, uint32_t member_count,
	const uint32_t *members, uint32_t joined_count, const uint32_t *joined, uint32_t left_count,
	const uint32_t *left)
{
	(void)handle;
	(void)ring;
	(void)member_count;
	(void)members;
	(void)joined_count;
	(void)joined;
	(void)left_count;
	(void)left;
}

/* --- connecting ------------------------------------------------------------------------------- */

static int
connect_error(cs_error_t cs, const char *what, struct err *e)
{
	switch ((int)cs) {
	case CS_ERR_ACCESS:
		return err_set(e, E_REFUSED,
			"corosync refuses %s: this user needs a file in "
			"/etc/corosync/uidgid.d (then corosync-cfgtool -R)",
			what);
	case CS_ERR_LIBRARY:
	case CS_ERR_TRY_AGAIN:
	case CS_ERR_INIT:
	case CS_ERR_TIMEOUT:
	case CS_ERR_BUSY:
		return err_set(e, E_AGAIN, "corosync is not there (%s: error %d)", what, (int)cs);
	default:
		return err_set(e, E_IO, "corosync: %s: error %d", what, (int)cs);
	}
}

/*
 * "nodelist.node.N.nodeid" and ".name", N from 0. A nodelist without names leaves the list empty.
 */
static void
learn_names(struct link_cpg *l)
{
	cmap_handle_t cmap;

	l->name_count = 0;
	if (cmap_initialize(&cmap) != CS_OK)
		return;
	for (unsigned i = 0; i < LINK_CPG_NODES_MAX; i++) {
		struct node_name *n = &l->names[l->name_count];
		char key[64];
		char *name = NULL;

		snprintf(key, sizeof(key), "nodelist.node.%u.nodeid", i);
		if (cmap_get_uint32(cmap, key, &n->id) != CS_OK)
			continue;
		snprintf(key, sizeof(key), "nodelist.node.%u.name", i);
		if (cmap_get_string(cmap, key, &name) != CS_OK)
			continue;
		snprintf(n->name, sizeof(n->name), "%s", name);
		free(name);
		l->name_count++;
	}
	cmap_finalize(cmap);
}

static cs_error_t
connect_quorum(struct link_cpg *l)
{
	quorum_model_v1_data_t model = {
		.model = QUORUM_MODEL_V1,
		.quorum_notify_fn = on_quorum,
		.nodelist_notify_fn = on_nodelist,
	};
	uint32_t type;
	cs_error_t cs = quorum_model_initialize(
		&l->quorum, QUORUM_MODEL_V1, (quorum_model_data_t *)&model, &type, l);

	if (cs != CS_OK)
		return cs;
	cs = quorum_fd_get(l->quorum, &l->quorum_fd);
	if (cs == CS_OK)
		cs = quorum_trackstart(l->quorum, CS_TRACK_CHANGES | CS_TRACK_CURRENT);
	if (cs != CS_OK)
		quorum_finalize(l->quorum);
	return cs;
}

static cs_error_t
connect_cpg(struct link_cpg *l)
{
	cpg_model_v1_data_t model = {
		.model = CPG_MODEL_V1,
		.cpg_deliver_fn = on_deliver,
		.cpg_confchg_fn = on_confchg,
	};
	cs_error_t cs = cpg_model_initialize(&l->cpg, CPG_MODEL_V1, (cpg_model_data_t *)&model, l);
	unsigned id = 0;

	if (cs != CS_OK)
		return cs;
	cs = cpg_fd_get(l->cpg, &l->fd);
	if (cs == CS_OK)
		cs = cpg_local_get(l->cpg, &id);
	if (cs == CS_OK)
		cs = cpg_join(l->cpg, &l->group);
	if (cs != CS_OK)
		cpg_finalize(l->cpg);
	else
		l->node_id = id;
	return cs;
}

int
link_cpg_connect(struct link_cpg *l, struct err *e)
{
	cs_error_t cs;

	REQUIRE(!l->connected);
	cs = connect_quorum(l);
	if (cs != CS_OK)
		return connect_error(cs, "quorum", e);
	cs = connect_cpg(l);
	if (cs != CS_OK) {
		quorum_finalize(l->quorum);
		return connect_error(cs, "the group", e);
	}
	learn_names(l);
	l->connected = true;
	return 0;
}

void
link_cpg_disconnect(struct link_cpg *l)
{
	if (!l->connected)
		return;
	l->connected = false;
	cpg_finalize(l->cpg);
	quorum_finalize(l->quorum);
}

int
link_cpg_fd(const struct link_cpg *l)
{
	return l->fd;
}

int
link_cpg_quorum_fd(const struct link_cpg *l)
{
	return l->quorum_fd;
}

/* --- working ---------------------------------------------------------------------------------- */

int
link_cpg_dispatch(struct link_cpg *l, unsigned messages_max)
{
	for (unsigned i = 0; i < messages_max; i++) {
		cs_error_t cs = cpg_dispatch(l->cpg, CS_DISPATCH_ONE_NONBLOCKING);

		if (cs == CS_ERR_TRY_AGAIN)
			return 0;
		if (cs != CS_OK)
			return E_IO;
	}
	return E_AGAIN;
}

/* Rare, so all at once. */
int
link_cpg_dispatch_quorum(struct link_cpg *l)
{
	cs_error_t cs = quorum_dispatch(l->quorum, CS_DISPATCH_ALL);

	return cs == CS_OK || cs == CS_ERR_TRY_AGAIN ? 0 : E_IO;
}

int
link_cpg_mcast(struct link_cpg *l, struct str bytes)
{
	/* corosync only reads; iovec has no const form */
	struct iovec iov = { (void *)(uintptr_t)bytes.p, bytes.n };
	cs_error_t cs;

	if (bytes.n > LIMIT_FRAME_BYTES)
		return E_LIMIT;
	cs = cpg_mcast_joined(l->cpg, CPG_TYPE_AGREED, &iov, 1);
	if (cs == CS_OK)
		return 0;
	return cs == CS_ERR_TRY_AGAIN ? E_AGAIN : E_IO;
}

int
link_cpg_leave(struct link_cpg *l)
{
	cs_error_t cs = cpg_leave(l->cpg, &l->group);

	if (cs == CS_OK || cs == CS_ERR_NOT_EXIST)
		return 0;
	return cs == CS_ERR_TRY_AGAIN || cs == CS_ERR_BUSY ? E_AGAIN : E_IO;
}

uint32_t
link_cpg_node_id(const struct link_cpg *l)
{
	return l->node_id;
}

const char *
link_cpg_node_name(const struct link_cpg *l, uint32_t node_id)
{
	for (size_t i = 0; i < l->name_count; i++)
		if (l->names[i].id == node_id)
			return l->names[i].name;
	return NULL;
}

struct link_cpg *
link_cpg_new(const char *group, const struct link_cpg_handlers *handlers)
{
	struct link_cpg *l = mem_zalloc(sizeof(*l));

	l->handlers = *handlers;
	REQUIRE(strlen(group) < sizeof(l->group.value));
	l->group.length = (uint32_t)strlen(group);
	memcpy(l->group.value, group, l->group.length);
	return l;
}

void
link_cpg_free(struct link_cpg *l)
{
	link_cpg_disconnect(l);
	mem_free(l);
}
