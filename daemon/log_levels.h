/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which messages are written: a level for each subsystem. A subsystem is a hundred of the catalogue's numbers.
 *
 * The configuration has one level for all of them; an operator sets another one for a while, or until the configuration is read again.
 */
#ifndef TANDEM_DAEMON_LOG_LEVELS_H
#define TANDEM_DAEMON_LOG_LEVELS_H

#include "proto/base/buf.h"
#include "proto/base/log.h"
#include "proto/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* name, the first number */
#define LOG_SUBSYSTEMS(XX) \
	XX(calls, 37200) \
	XX(replication, 37300) \
	XX(cluster, 37400) \
	XX(broadworks, 37500) \
	XX(csta, 37600) \
	XX(config, 37700) \
	XX(daemon, 37800) \
	XX(load, 37900)

enum log_subsystem {
#define XX(name, first) LOG_SUBSYSTEM_##name,
	LOG_SUBSYSTEMS(XX)
#undef XX
	LOG_SUBSYSTEM_count
};

struct log_levels {
	enum log_level configured;
	struct {
		enum log_level level;
		int64_t until_ms; /* 0: it is not taken back by itself */
	} of[LOG_SUBSYSTEM_count];
};

/** The level of all of them, and the one that they fall back to. */
void log_levels_configure(struct log_levels *l, enum log_level level);
/** Another one for a subsystem, "" = all, until a time in ms (0: for good). False: there is no such subsystem. */
bool log_levels_set(
	struct log_levels *l, struct str subsystem, enum log_level level, int64_t until_ms);
/** Is a message of this number and level written? Numbers of no subsystem go by the configuration. */
bool log_levels_pass(const struct log_levels *l, int number, enum log_level level);
/** Takes back what was set until now; returns how many subsystems that were. */
unsigned log_levels_expire(struct log_levels *l, int64_t now_ms);
/** When that is to be called; 0: never. */
int64_t log_levels_next_ms(const struct log_levels *l);
/** As a JSON object: schema tandemctl/loglevels/1. */
void log_levels_print(const struct log_levels *l, int64_t now_ms, struct buf *out);

#endif
