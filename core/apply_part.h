/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that apply deltas (apply.c, apply_call.c, apply_person.c) need of each other. */
#ifndef TANDEM_CORE_APPLY_PART_H
#define TANDEM_CORE_APPLY_PART_H

#include "core/model.h"

/* apply_call.c */
int apply_call_new(struct core_model *m, const struct delta_call_new *x);
int apply_call_drop(struct core_model *m, const struct delta_call_drop *x);
int apply_call_merge(struct core_model *m, const struct delta_call_merge *x);
int apply_half_set(struct core_model *m, const struct delta_half_set *x);
int apply_half_gone(struct core_model *m, const struct delta_half_gone *x);
int apply_half_conference(struct core_model *m, const struct delta_half_conference *x);
int apply_half_note(struct core_model *m, const struct delta_half_note *x);
/** The device is (back) in service: what clients were not told of its calls. `silent`: they are not told now either. */
void core_settle_all(struct core_model *m, struct core_device *d, bool silent);

/* apply_person.c */
int apply_agent_set(struct core_model *m, const struct delta_agent_set *x);
int apply_agent_join(struct core_model *m, const struct delta_agent_join *x);
int apply_feature_set(struct core_model *m, const struct delta_feature_set *x);
/** The same for its agent and features. */
void core_settle_person(struct core_model *m, struct core_device *d, bool silent);

#endif
