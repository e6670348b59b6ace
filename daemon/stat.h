/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the node says about itself, as JSON: the status, and whether the other node could take over
 * now.
 *
 * The other node's figures are those of its health text: pairs `key=value` with blanks between
 * them.
 */
#ifndef TANDEM_DAEMON_STAT_H
#define TANDEM_DAEMON_STAT_H

#include "daemon/conf.h"
#include "daemon/view.h"
#include "ha/ha.h"

#define STAT_SETTLE_S 30

struct stat_input {
	const struct conf *conf;
	const char *node_name;
	int64_t wall_us;
	const struct ha_view *view;
	const struct node_counts *counts;
	const struct node_takeover *takeover;
	const struct node_link *links; /* to BroadWorks */
	uint32_t link_count;
	uint64_t digest;
	bool serving;
};

/** Appends one JSON object (schema tandemctl/status/1) without an end of line. */
void stat_status(const struct stat_input *in, struct buf *out);

/**
 * Could the standby take over now? `text` gets one sentence that says which node, or why not.
 */
bool stat_ready(const struct stat_input *in, char *text, size_t size);

/**
 * Does this node do its work as it should? `text` gets what is wrong, or "well". What is wrong with the other node is
 * its own affair. For STAT_SETTLE_S after its start and its activation it is taken for well.
 */
bool stat_healthy(const struct stat_input *in, char *text, size_t size);

/** The value of `key` in a health text; STR_NONE if it is not there. */
struct str stat_health(struct str health, const char *key);

#endif
