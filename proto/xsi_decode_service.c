/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services of a user in Xsi documents, by event and by reply: see xsi_decode.h.
 *
 * Happy path: whatever the service, the settings that any of them has are looked for; event.kind
 * says which service it is, for a reply too.
 *
 * Failure modes: none; all is read leniently.
 */
#include "proto/xsi_decode_part.h"

/* --- services ---------------------------------------------------------------------------- */

/* The address of a service, by the names it has. */
static struct str
service_address(const struct xml *x, uint32_t info)
{
	struct str address = xsi_part_text(x, info, "forwardToPhoneNumber", LIMIT_ADDRESS);

	if (address.n == 0)
		address = xsi_part_text(x, info, "remoteOfficeNumber", LIMIT_ADDRESS);
	return address;
}

/* Of the one who sits at another's place; and of a host the little that is told about its guest. */
static void
service_guest(const struct xml *x, uint32_t info, struct xsi_service *out)
{
	out->host_user = xsi_part_text(x, info, "hostUserId", LIMIT_USER_ID);
	out->guest_number = xsi_part_text(x, info, "guestPhoneNumber", LIMIT_ADDRESS);
	if (out->guest_number.n == 0)
		out->guest_number = xsi_part_text(x, info, "guestExtension", LIMIT_ADDRESS);
	out->is_associated = out->host_user.n > 0 || out->guest_number.n > 0;
	out->host_last_name =
		xsi_part_shorten(xml_child_text(x, info, "hostLastName"), LIMIT_ADDRESS);
	out->host_first_name =
		xsi_part_shorten(xml_child_text(x, info, "hostFirstName"), LIMIT_ADDRESS);
	out->associated_at = xsi_part_text(x, info, "hostAssociationDateTime", LIMIT_ADDRESS);
	if (out->associated_at.n == 0)
		out->associated_at =
			xsi_part_text(x, info, "guestAssociationDateTime", LIMIT_ADDRESS);
	out->limit_enabled = xsi_part_flag(x, info, "enableAssociationLimit");
	out->limit_hours = xsi_part_u32(x, info, "associationLimitHours");
	out->host_limit_enabled = xsi_part_flag(x, info, "hostEnforcesAssociationLimit");
	out->host_limit_hours = xsi_part_u32(x, info, "hostAssociationLimitHours");
	out->device_name =
		xsi_part_text(x, xml_child(x, info, "accessDevice"), "deviceName", LIMIT_ADDRESS);
}

static void
read_info(const struct xml *x, uint32_t info, struct xsi_service *out)
{
	out->has_info = info != XML_NONE;
	out->active = xsi_part_flag(x, info, "active");
	out->address = service_address(x, info);
	out->rings = xsi_part_u32(x, info, "numberOfRings");
	out->ring_splash = xsi_part_flag(x, info, "ringSplash");
	service_guest(x, info, out);
}

int
xsi_read_service_event(const struct xsi_source *s, uint32_t data)
{
	struct xsi_service *out = &s->out->event.service;

	out->is_unassigned = xsi_part_is_on(s->xml, data, "unassigned");
	read_info(s->xml, xml_child(s->xml, data, "info"), out);
	return E_OK;
}

int
xsi_read_service(const struct xsi_source *s, uint32_t root)
{
	struct xsi_event *event = &s->out->event;
	char type[64];

	event->type = xml_name(s->xml, root);
	/* every service with an event calls it by the name of the document */
	if (event->type.n < sizeof(type) - sizeof("Event")) {
		memcpy(type, event->type.p, event->type.n);
		memcpy(type + event->type.n, "Event", sizeof("Event"));
		event->kind = xsi_event_of(str_of(type));
	}
	read_info(s->xml, root, &event->service);
	return E_OK;
}

/* --- the rest of a user ------------------------------------------------------------------ */

static int
read_summary(const struct xsi_source *s, uint32_t node)
{
	struct xsi_messages *out = &s->out->event.messages;

	out->new_count = xsi_part_u32(s->xml, node, "newMessages");
	out->old_count = xsi_part_u32(s->xml, node, "oldMessages");
	out->new_urgent_count = xsi_part_u32(s->xml, node, "newUrgentMessages");
	out->old_urgent_count = xsi_part_u32(s->xml, node, "oldUrgentMessages");
	return E_OK;
}

int
xsi_read_messages_event(const struct xsi_source *s, uint32_t data)
{
	return read_summary(s, xml_child(s->xml, data, "messageSummary"));
}

int
xsi_read_messages(const struct xsi_source *s, uint32_t root)
{
	return read_summary(s, xml_child(s->xml, root, "summary"));
}

int
xsi_read_park_event(const struct xsi_source *s, uint32_t data)
{
	xsi_part_party(s->xml, xml_child(s->xml, data, "parkedParty"), &s->out->event.parked);
	return E_OK;
}
