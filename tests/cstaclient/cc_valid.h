/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_VALID_H
#define TANDEM_TESTS_CSTACLIENT_CC_VALID_H

#include <stdbool.h>
#include <stddef.h>

struct _xmlDoc;
struct cc_valid;

/*
 * Loads DIR/EDITION/csta.xsd and DIR/appl_session/appl_session.xsd (or DIR/appl_session.xsd).
 * Returns the validator (cc_valid_free), or NULL with the reason in `why`.
 */
struct cc_valid *cc_valid_new(const char *dir, const char *edition, char *why, size_t why_size);

/* Releases a validator; NULL is allowed. */
void cc_valid_free(struct cc_valid *v);

/*
 * Checks a document against the schema of its namespace (`is_appl`: ECMA-354). Returns false with
 * the first complaint in `why` if it is not valid.
 */
bool cc_valid_doc(
	struct cc_valid *v, struct _xmlDoc *doc, bool is_appl, char *why, size_t why_size);

/* Checks a document given as text; the namespace of its root decides which schema applies. */
bool cc_valid_text(struct cc_valid *v, const char *xml, size_t n, char *why, size_t why_size);

#endif
