/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_OPTS_H
#define TANDEM_TESTS_CSTACLIENT_CC_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The command line. Texts are borrowed from argv; devices are owned. */
struct cc_opts {
	char host[64];
	int port;
	size_t sessions;
	size_t monitors; /* of each session, which then overlap; 0 = its share of the devices */
	char **devices;
	size_t device_count;
	const char *edition;
	bool is_plain;
	const char *user;
	const char *password;
	double rate;
	uint64_t seed;
	const char *journal;
	const char *control;
	const char *validate;
	int64_t probe_ms;
	int64_t dead_ms;
	int64_t keepalive_s;
	int64_t session_s;
	int64_t cleanup_s;
	double outside_p;
	bool has_features;
	bool is_journal_xml;
	bool is_help;
};

/*
 * Reads the command line into `o`, to be released by cc_opts_fini in any case. Returns 0, or -1
 * with a sentence in `why`.
 */
int cc_opts_parse(struct cc_opts *o, int argc, char **argv, char *why, size_t why_size)
	__attribute__((warn_unused_result));

/* Releases the device list. */
void cc_opts_fini(struct cc_opts *o);

/* Writes the help text. */
void cc_opts_help(FILE *out);

#endif
