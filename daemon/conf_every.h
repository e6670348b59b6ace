/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every key of the configuration with its section, kind and bounds, for those who tell of keys: the example, the
 * comparison, the man page. Who reads a file has the rows of each section by themselves (conf.c).
 */
#ifndef TANDEM_DAEMON_CONF_EVERY_H
#define TANDEM_DAEMON_CONF_EVERY_H

#include "daemon/conf_keys.h"
#include "daemon/conf_row.h"

static const struct conf_row conf_every_row[] = {
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf, section, key, kind, member, min, max, initial, place),
	CONF_KEYS(XX)
#undef XX
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf_listener, section, key, kind, member, min, max, initial, place),
		CONF_LISTENER_KEYS(XX)
#undef XX
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf_xsp, section, key, kind, member, min, max, initial, place),
			CONF_LINK_KEYS(XX)
#undef XX
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf_application, section, key, kind, member, min, max, initial, place),
				CONF_APPLICATION_KEYS(XX)
#undef XX
};

#define CONF_EVERY_COUNT (sizeof(conf_every_row) / sizeof(conf_every_row[0]))

#endif
