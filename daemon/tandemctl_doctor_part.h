/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the checks (tandemctl_doctor.c, tandemctl_doctor_cluster.c) need of each other. */
#ifndef TANDEM_DAEMON_TANDEMCTL_DOCTOR_PART_H
#define TANDEM_DAEMON_TANDEMCTL_DOCTOR_PART_H

#include "daemon/tandemctl_doctor.h"

typedef void (*check_fn)(const json_t *facts, struct tandemctl_finding *f);

void tandemctl_say(struct tandemctl_finding *f, enum tandemctl_finding_level level, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));
/** What to do next; nothing is shown of it if all is well. */
void tandemctl_advise(struct tandemctl_finding *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** A text of an object; "" if there is none. */
const char *tandemctl_fact(const json_t *object, const char *key);
/** A text that a check lives on; NULL: the finding is a skip, with `what` as its text. */
const char *tandemctl_needed(
	const json_t *facts, const char *key, const char *what, struct tandemctl_finding *f);

void tandemctl_check_nodes(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_votes(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_links(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_token(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_crypto(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_quorum(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_fencing(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_fencing_delay(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_resource(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_monitors(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_threshold(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_bans(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_managed(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_address(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_failures(const json_t *facts, struct tandemctl_finding *f);
void tandemctl_check_pace(const json_t *facts, struct tandemctl_finding *f);

#endif
