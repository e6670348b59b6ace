/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of devices and the event packages of BroadWorks that fit them.
 *
 * A device is a user, a call centre (queue) or a route point; all three are users to BroadWorks, but each is told of by
 * packages of its own. One package of each kind is the primary one: its snapshot says what calls there are, and
 * the device is in service when that is confirmed. All others are secondary: a service that is not assigned to a
 * user, or a server that does not know the package, never keeps a device out of service.
 */
#ifndef TANDEM_CORE_PACKAGE_H
#define TANDEM_CORE_PACKAGE_H

#include "proto/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum core_device_kind {
	CORE_KIND_user,
	CORE_KIND_queue,
	CORE_KIND_route_point,
	CORE_KIND_count
};

/* XX(name, BroadWorks' name, kind of device it fits, primary, subscribed to by default) */
#define CORE_PACKAGES(XX) \
	XX(advanced_call, "Advanced Call", user, true, true) \
	XX(agent, "Call Center Agent", user, false, true) \
	XX(do_not_disturb, "Do Not Disturb", user, false, true) \
	XX(forward_always, "Call Forwarding Always", user, false, true) \
	XX(forward_busy, "Call Forwarding Busy", user, false, true) \
	XX(forward_no_answer, "Call Forwarding No Answer", user, false, true) \
	XX(hoteling_guest, "Hoteling Guest", user, false, true) \
	XX(message_summary, "Voice Mail Message Summary", user, false, true) \
	XX(queue, "Call Center Queue", queue, true, true) \
	XX(queue_monitoring, "Call Center Monitoring", queue, false, false) \
	XX(route_point, "Route Point Queue", route_point, true, true)

enum core_package {
#define XX(name, text, kind, primary, usual) CORE_PACKAGE_##name,
	CORE_PACKAGES(XX)
#undef XX
	CORE_PACKAGE_count
};

/* Packages come in sets: one bit each, in the order of the table. */
#define CORE_PACKAGE_BIT(package) (1u << (package))
#define CORE_PACKAGE_ALL (CORE_PACKAGE_BIT(CORE_PACKAGE_count) - 1)

/** BroadWorks' name: "Advanced Call". */
const char *core_package_text(enum core_package package);
/** The package of that name; false if there is none. Case counts. */
bool core_package_of(struct str text, enum core_package *package);
/** All packages that fit a kind of device. */
uint32_t core_packages_of_kind(enum core_device_kind kind);
/** Those that are subscribed to unless the configuration says otherwise. */
uint32_t core_packages_usual(enum core_device_kind kind);
/** The bit of the kind's primary package. */
uint32_t core_package_primary(enum core_device_kind kind);
/** "user", "queue", "route-point". */
const char *core_kind_name(enum core_device_kind kind);

#endif
