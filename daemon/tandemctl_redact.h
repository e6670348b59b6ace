/* SPDX-License-Identifier: Apache-2.0 */
/* Taking out of texts what must not leave a site: secrets always, telephone numbers if that is wanted. No input or output. */
#ifndef TANDEM_DAEMON_TANDEMCTL_REDACT_H
#define TANDEM_DAEMON_TANDEMCTL_REDACT_H

#include "daemon/conf.h"
#include "proto/base/buf.h"

#include <jansson.h>
#include <stdbool.h>

/* The secrets of a configuration. */
struct tandemctl_secrets {
	struct buf texts; /* each ended by a NUL */
};

/** Collects them; those in files that were not read are not among them. */
void tandemctl_secrets_init(struct tandemctl_secrets *s, const struct conf *c);
void tandemctl_secrets_fini(struct tandemctl_secrets *s);

/** Copies bytes with x in place of each letter of a secret. */
void tandemctl_redact(const struct tandemctl_secrets *s, struct str bytes, struct buf *out);
/** The same with the values of a CIB whose names speak of passwords, tokens or keys (fencing devices have them). */
void tandemctl_redact_cib(const struct tandemctl_secrets *s, struct str cib, struct buf *out);
/** The digits of telephone numbers in all texts of a JSON value, but for ids. */
void tandemctl_mask_json(json_t *root);
/** The same in plain text, or in bytes with texts in them; the length stays as it is. */
void tandemctl_mask_text(struct str text, struct buf *out);

#endif
