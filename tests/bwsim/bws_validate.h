/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_VALIDATE_H
#define TANDEM_TESTS_BWSIM_BWS_VALIDATE_H

#include <stddef.h>

struct bws;

/*
 * Every document sent and received against the schema. Complaints are counted (statistics
 * schema_sent_wrong, schema_received_wrong) and journalled. Without a schema nothing happens.
 */
struct bws_validate {
	void *schema; /* xmlSchema */
	void *valid;  /* xmlSchemaValidCtxt */
	unsigned off; /* > 0: what is sent now is wrong on purpose */
	char why[200];
};

/* Reads the schema files below @dir (xsd-cti/CTISchema/CTISchema.xsd). Returns 0, or -1 with a
 * sentence in @err. */
int bws_validate_open(struct bws *w, const char *dir, char *err, size_t err_len);

/* @what names the kind of document in the journal. */
void bws_validate_sent(struct bws *w, const char *what, const char *doc, size_t len);

void bws_validate_received(struct bws *w, const char *what, const char *doc, size_t len);

void bws_validate_fini(struct bws *w);

#endif
