/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions: what BroadWorks was asked to tell, and under which id it does.
 *
 * Replicated, part of the model (model.h): a new active finds the ids here and asks (UpdateSubscription) instead of
 * subscribing anew. A subscription is of one device, or of a scope (a group or an enterprise) that tells of many
 * devices; it carries one package or a list of them. An id belongs to one subscription at most.
 */
#ifndef TANDEM_CORE_SUB_H
#define TANDEM_CORE_SUB_H

#include "core/delta.h"
#include "core/package.h"
#include "proto/base/map.h"

#include <sys/queue.h>

struct core_device;
struct core_model;

struct core_sub {
	struct core_device *device; /* NULL: of a scope */
	char *scope;                /* "" = of a device; else as the configuration names it */
	uint32_t packages;          /* CORE_PACKAGE_BIT()s, never 0 */
	char *id;                   /* of BroadWorks, never "" */
	uint32_t sequence;          /* of the last event taken in; 0 = none yet */
	uint64_t hash;
	void *south;                /* the active's own notes (daemon/bw); not replicated */
	TAILQ_ENTRY(core_sub) link; /* of its device, or of the model's scopes */
	UT_hash_handle by_id;
};

TAILQ_HEAD(core_subs, core_sub);

/** The subscription with this id of BroadWorks; NULL. */
struct core_sub *core_sub_by_id(const struct core_model *m, struct str id);
/** The first subscription of the device that carries one of these packages; NULL. */
struct core_sub *core_device_sub(const struct core_device *d, uint32_t packages);
/** The first subscription of that scope that carries one of these packages; NULL. */
struct core_sub *core_scope_sub(const struct core_model *m, struct str scope, uint32_t packages);

/* used by apply.c, restore.c and model.c */
/** True if a subscription may be made of this: known device or a scope, packages, an id that is free. */
bool core_sub_fits(const struct core_model *m, const struct delta_r_sub *r);
struct core_sub *core_sub_new(struct core_model *m, const struct delta_r_sub *r);
void core_sub_free(struct core_model *m, struct core_sub *s);

#endif
