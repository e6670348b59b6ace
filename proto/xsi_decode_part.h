/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of the Xsi decoder that its files share. For the xsi_decode files only.
 *
 * Readers get the source and a node, fill their part of `out`, and return 0 or an error code with
 * s->err filled. What a reader calls lenient never fails: a value that cannot be used is absent.
 */
#ifndef TANDEM_PROTO_XSI_DECODE_PART_H
#define TANDEM_PROTO_XSI_DECODE_PART_H

#include "proto/base/err.h"
#include "proto/xml.h"
#include "proto/xsi_msg.h"

/* What every reader needs. */
struct xsi_source {
	const struct xml *xml;
	struct xsi_doc *out;
	struct err *err;
};

/* Names of an enumeration in its order: row 0 is _NONE (NULL), behind the last comes _UNKNOWN. */
struct xsi_names {
	const char *const *names;
	uint32_t count;
};
#define XSI_NAMES(table) \
	((struct xsi_names){ (table), (uint32_t)(sizeof(table) / sizeof((table)[0])) })

/** E_MALFORMED with "element what". */
int xsi_part_refuse(const struct xsi_source *s, const char *element, const char *what);
/** Text of a child that must fit into `size` bytes with a NUL; "" if it is absent. */
int xsi_part_optional(
	const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out);
/** The same of one that must be there. */
int xsi_part_mandatory(
	const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out);
/** Seconds of an `expires`; 0 if it is absent, an error if it is no number. */
int xsi_part_expires(const struct xsi_source *s, uint32_t node, uint64_t *out);
/** The local name within an xsi:type: "xsi:CallReceivedEvent" gives "CallReceivedEvent". */
struct str xsi_part_type(const struct xml *x, uint32_t node);
/** Cuts a text for people below `size` bytes, between two characters. */
struct str xsi_part_shorten(struct str s, size_t size);

/* Lenient readers of a child by name. */

/** Text, or "" if it does not fit into `size` bytes with a NUL. */
struct str xsi_part_text(const struct xml *x, uint32_t node, const char *name, size_t size);
/**
 * A decimal of at most INT64_MAX, plain as in old releases or within `value`; false if there is
 * none.
 */
bool xsi_part_number(const struct xml *x, uint32_t node, const char *name, uint64_t *out);
/** The same, 0 if there is none. */
uint64_t xsi_part_u64(const struct xml *x, uint32_t node, const char *name);
/** The same, and 0 above UINT32_MAX. */
uint32_t xsi_part_u32(const struct xml *x, uint32_t node, const char *name);
/** Off for "false" and "0", else on: an empty element says yes by being there. */
enum xsi_flag xsi_part_flag(const struct xml *x, uint32_t node, const char *name);
bool xsi_part_is_on(const struct xml *x, uint32_t node, const char *name);
/** Row of the text in the table: 0 if it is absent, names.count if it is none of them. */
uint32_t xsi_part_choice(
	const struct xml *x, uint32_t node, const char *name, struct xsi_names names);

/* Structures. All lenient. `node` may be XML_NONE. */

void xsi_part_party(const struct xml *x, uint32_t party, struct xsi_party *out);
/** Of the `redirect` and the `redirections` below `node`. */
void xsi_part_redirect(const struct xml *x, uint32_t node, struct xsi_redirect *out);
void xsi_part_redirected(const struct xml *x, uint32_t node, struct xsi_redirected *out);
/** Of a release cause. */
void xsi_part_release(const struct xml *x, uint32_t cause, struct xsi_release *out);
/** Empties an event but for the rows of its arrays. */
void xsi_part_clear(struct xsi_event *out);

/* xsi_decode_call.c: calls and conferences */
int xsi_read_call_event(const struct xsi_source *s, uint32_t data);
int xsi_read_redirected_event(const struct xsi_source *s, uint32_t data);
int xsi_read_call_snapshot(const struct xsi_source *s, uint32_t data);
int xsi_read_conference_event(const struct xsi_source *s, uint32_t data);
int xsi_read_hook(const struct xsi_source *s, uint32_t node);
int xsi_read_hook_event(const struct xsi_source *s, uint32_t data);
int xsi_read_call(const struct xsi_source *s, uint32_t call, struct xsi_call *out);
int xsi_read_call_list(const struct xsi_source *s, uint32_t root);
int xsi_read_call_details(const struct xsi_source *s, uint32_t root);
int xsi_read_conference_details(const struct xsi_source *s, uint32_t root);

/* xsi_decode_acd.c: queues and route points */
int xsi_read_queue_event(const struct xsi_source *s, uint32_t data);
int xsi_read_queue_snapshot(const struct xsi_source *s, uint32_t data);
int xsi_read_queue_config(const struct xsi_source *s, uint32_t data);
int xsi_read_route_state_event(const struct xsi_source *s, uint32_t data);
int xsi_read_monitoring(const struct xsi_source *s, uint32_t data);
int xsi_read_route_state(const struct xsi_source *s, uint32_t root);
int xsi_read_play_info(const struct xsi_source *s, uint32_t root);

/* xsi_decode_agent.c: agents */
int xsi_read_agent_event(const struct xsi_source *s, uint32_t data);
int xsi_read_agent_snapshot(const struct xsi_source *s, uint32_t data);
int xsi_read_join_event(const struct xsi_source *s, uint32_t data);
int xsi_read_disposition_event(const struct xsi_source *s, uint32_t data);
int xsi_read_call_center(const struct xsi_source *s, uint32_t root);

/* xsi_decode_service.c: services of a user */
int xsi_read_service_event(const struct xsi_source *s, uint32_t data);
int xsi_read_service(const struct xsi_source *s, uint32_t root);
int xsi_read_messages_event(const struct xsi_source *s, uint32_t data);
int xsi_read_messages(const struct xsi_source *s, uint32_t root);
int xsi_read_park_event(const struct xsi_source *s, uint32_t data);

/* xsi_decode_event.c: an Event, its envelope first and then its data by class */
int xsi_read_event(const struct xsi_source *s, uint32_t root);
/** An event of v1.0: what can be had of it. Never fails. */
void xsi_read_old_event(const struct xsi_source *s, uint32_t root);
/** Errors: `text` is the name of the element with the text in this kind of document. */
int xsi_read_error(const struct xsi_source *s, uint32_t root, const char *text);

#endif
