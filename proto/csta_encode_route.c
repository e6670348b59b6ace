/* SPDX-License-Identifier: Apache-2.0 */
/* Routeing services, what the server says of them: see csta_encode.h. */
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"

static void
route_register(struct buf *b, enum csta_edition ed, const char *root, uint64_t register_id)
{
	csta_encode_part_open(b, ed, root);
	xmlw_element_u64(b, "routeRegisterReqID", register_id);
	xmlw_close(b, root);
}

void
csta_put_route_register_response(struct buf *b, enum csta_edition ed, uint64_t register_id)
{
	route_register(b, ed, "RouteRegisterResponse", register_id);
}

void
csta_put_route_register_abort(struct buf *b, enum csta_edition ed, uint64_t register_id)
{
	route_register(b, ed, "RouteRegisterAbort", register_id);
}

/* Root and names of a dialogue. */
static void
route_open(struct buf *b, enum csta_edition ed, const char *root, const struct csta_route *route)
{
	csta_encode_part_open(b, ed, root);
	xmlw_element_u64(b, "crossRefIdentifier", route->cross_ref);
	xmlw_element_u64(b, "routeRegisterReqID", route->register_id);
}

void
csta_put_route_request(struct buf *b, enum csta_edition ed, const struct csta_route *route)
{
	route_open(b, ed, "RouteRequest", route);
	csta_encode_part_party(b, "currentRoute", route->called);
	csta_encode_part_party(b, "callingDevice", route->calling);
	csta_encode_part_party(b, "routeingDevice", route->device);
	csta_encode_part_connection(b, "routedCall", route->call_id, route->device);
	xmlw_close(b, "RouteRequest");
}

void
csta_put_route_again(struct buf *b, enum csta_edition ed, const struct csta_route *route)
{
	route_open(b, ed, "ReRoute", route);
	xmlw_close(b, "ReRoute");
}

void
csta_put_route_used(struct buf *b, enum csta_edition ed, const struct csta_route *route)
{
	route_open(b, ed, "RouteUsed", route);
	csta_encode_part_party(b, "routeUsed", route->called);
	csta_encode_part_party(b, "callingDevice", route->calling);
	xmlw_close(b, "RouteUsed");
}

void
csta_put_route_end(
	struct buf *b, enum csta_edition ed, const struct csta_route *route, enum csta_error error)
{
	route_open(b, ed, "RouteEnd", route);
	if (error != CSTA_NO_ERROR) {
		xmlw_open(b, "errorValue");
		xmlw_element_z(b, csta_error_category(error), csta_error_name(error));
		xmlw_close(b, "errorValue");
	}
	xmlw_close(b, "RouteEnd");
}
