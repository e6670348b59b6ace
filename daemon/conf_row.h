/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the configuration (conf.c, conf_value.c, conf_link.c) need of each other. */
#ifndef TANDEM_DAEMON_CONF_ROW_H
#define TANDEM_DAEMON_CONF_ROW_H

#include "daemon/conf.h"
#include "proto/base/str.h"

#include <stddef.h>

enum conf_kind {
	KIND_TEXT,
	KIND_NAME,
	KIND_ADDRESS,
	KIND_FILE,
	KIND_CONTEXT,
	KIND_PROXY,
	KIND_HOST,
	KIND_EDITION, /* words kept as text */
	KIND_CAUSE,
	KIND_YESNO, /* words kept as bool: the first one means true */
	KIND_CLUSTER,
	KIND_REPLICATE,
	KIND_DISCOVERY, /* words kept as number */
	KIND_TRANSPORT,
	KIND_AUTH,
	KIND_PRIORITY_ORDER,
	KIND_SET_MODE,
	KIND_REDIRECT_HOSTS,
	KIND_PACKAGE_LIST,
	KIND_SUBSCRIBE,
	KIND_DEVICE_KINDS,
	KIND_RESTART,
	KIND_CTI_FRAMING,
	KIND_CTI_CREDENTIALS,
	KIND_CTI_SESSION,
	KIND_CTI_URI,
	KIND_CTI_KEEPALIVE,
	KIND_CTI_PERIOD_UNIT,
	KIND_DEVICES_AS,
	KIND_DISPOSITION,
	KIND_FRAMING,
	KIND_CLIENT_CERT,
	KIND_LOG_LEVEL,
	KIND_LOG_FORM,
	KIND_TLS_MIN, /* the last one of them */
	KIND_I64,
	KIND_U32,
	KIND_U16,
	KIND_PACKAGES, /* `min` is the kind of device that they are for */
	KIND_LISTEN,   /* these fill several members of struct conf: see conf.c and conf_link.c */
	KIND_XSP,
	KIND_SRV,
	KIND_ERROR,
	KIND_DEVICES, /* `min` is the kind of device */
	KIND_NUMBERS, /* `min` is an enum conf_number_use */
	KIND_SCOPE,
	KIND_USERS, /* lists that may be given in several lines: conf_app.c */
	KIND_NETWORKS,
	KIND_PATTERNS,
	KIND_SERVICES
};

enum conf_place {
	CONF_SHARED,
	CONF_LOCAL,
	CONF_SECRET
};

/* A key. `offset` counts from the structure that the section is kept in: struct conf, struct conf_xsp
 * for [link], or struct conf_listener for [listener]. */
struct conf_row {
	const char *section, *key;
	enum conf_kind kind;
	size_t offset, size;
	int64_t min, max;
	const char *initial;
	enum conf_place place;
};

#define CONF_ROW(structure, section, key, kind, member, min, max, initial, place) \
	{ \
		section, key, KIND_##kind, offsetof(structure, member), \
			sizeof(((structure *)NULL)->member), min, max, initial, CONF_##place \
	}

/** Checks and stores a value at its place in `base`; false: not a possible value. Not for kinds from LISTEN on. */
bool conf_value_set(void *base, const struct conf_row *row, const char *value);
/** What is allowed for a key, for messages. */
void conf_value_describe(const struct conf_row *row, char *text, size_t size);
/** Appends the value as it would be written. Not for kinds from LISTEN on. */
void conf_value_print(const void *base, const struct conf_row *row, struct buf *out);

/** Splits "host:port" or "[address]:port"; the port may be absent, and is then left alone. */
bool conf_split_host_port(struct str s, struct str *host, uint16_t *port);
bool conf_is_address(const char *value);
/** A URL's host and nothing else: nothing that curl would read differently from us. */
bool conf_is_host(struct str host, bool bracketed);
/** NAME of a section [link NAME] or [listener NAME]. */
bool conf_is_section_name(const char *name);

/* conf_device.c */

bool conf_packages_set(void *base, const struct conf_row *row, const char *value);
void conf_packages_describe(const struct conf_row *row, char *text, size_t size);
void conf_packages_print(const void *base, const struct conf_row *row, struct buf *out);
/** One line of [devices]; nothing is taken of a line that is refused. */
bool conf_devices_set(struct conf *c, const struct conf_row *row, const char *value);
/** One line `scope = ENTERPRISE` or ENTERPRISE/GROUP. */
bool conf_scope_set(struct conf *c, const char *value);
/** True if there are scopes as `subscribe` needs them. */
bool conf_scopes_fit(const struct conf *c);
void conf_devices_print(const struct conf *c, const struct conf_row *row, struct buf *out);

/* conf_app.c */

#define CONF_APPLICATION_KEY_COUNT 12
extern const struct conf_row conf_application_rows[CONF_APPLICATION_KEY_COUNT];

/** What [application] sections said. */
struct conf_apps {
	bool given[CONF_APPLICATIONS][CONF_APPLICATION_KEY_COUNT];
};

/** The section of an application, made if need be; NULL if there is no room or the name is not possible. */
struct conf_application *conf_application_named(struct conf *c, const char *name);
/** Appends the words of a line to a list; nothing is taken of a line that is refused. */
bool conf_list_add(void *base, const struct conf_row *row, const char *value);
void conf_list_describe(const struct conf_row *row, char *text, size_t size);
/** Compares all sections with each other and with [csta]. E_CONFIG with `e`. */
int conf_applications_check(const struct conf *c, const char *file, struct err *e);
void conf_applications_print(const struct conf *c, bool secrets, bool shared_only, struct buf *out);
/** Is it a device, a range or a pattern? */
bool conf_is_device_rule(struct str rule);

/* conf_listen.c */

#define CONF_LISTENER_KEY_COUNT 14
extern const struct conf_row conf_listener_rows[CONF_LISTENER_KEY_COUNT];

/** What [listener] sections said, before it is complete. */
struct conf_listens {
	bool given[LIMIT_LISTENERS][CONF_LISTENER_KEY_COUNT];
};

/** `listen = ADDRESS:PORT` or none: the first listener. */
bool conf_listen_set(struct conf *c, const char *value);
void conf_listen_print(const struct conf *c, struct buf *out);
/** The listener of a section "listener NAME", made if need be; NULL if there is no room or the name is not possible. */
struct conf_listener *conf_listener_named(struct conf *c, const char *name);
/** Completes all listeners from [csta] and compares them. E_CONFIG with `e`. */
int conf_listeners_complete(
	struct conf *c, const struct conf_listens *given, const char *file, struct err *e);
/** Prints the sections. With `shared_only` only what counts in the hash. */
void conf_listeners_print(const struct conf *c, bool shared_only, struct buf *out);

/* conf_number.c */

/** One rule of [numbers]; nothing is taken of one that is refused. The caller has checked that there is room. */
bool conf_numbers_set(struct conf *c, const struct conf_row *row, const char *value);
void conf_numbers_print(const struct conf *c, const struct conf_row *row, struct buf *out);
/** Are the prefixes digits, and complete? */
bool conf_numbers_fit(const struct conf *c);

/* conf_link.c */

#define CONF_LINK_KEY_COUNT 19
extern const struct conf_row conf_link_rows[CONF_LINK_KEY_COUNT];

/** What [link] sections and lines said, before it is complete. */
struct conf_links {
	bool given[LIMIT_XSPS][CONF_LINK_KEY_COUNT];
};

/** `xsp = URL`. The caller has checked that there is room. */
bool conf_link_of_url(struct conf *c, const char *value);
/** `srv-name = NAME`. */
bool conf_srv_set(struct conf *c, const char *value);
/** The link of a section "link NAME", made if need be; NULL if there is no room or the name is not possible. */
struct conf_xsp *conf_link_named(struct conf *c, const char *name);
/** Completes all links: defaults of [broadworks], links of srv-names, several channels for an XSP. E_CONFIG with `e`. */
int conf_links_complete(
	struct conf *c, const struct conf_links *given, const char *file, struct err *e);
/** Prints `xsp =` and `srv-name =` lines. */
void conf_links_print_lines(
	const struct conf *c, enum conf_kind kind, const char *key, struct buf *out);
/** Prints the sections. With `shared_only` only what counts in the hash, secrets included. */
void conf_links_print(const struct conf *c, bool secrets, bool shared_only, struct buf *out);

#endif
