/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the CSTA decoder that its files share: see csta_decode_part.h. */
#include "proto/csta_decode_part.h"

bool
csta_decode_part_is_true(const struct xml *x, uint32_t node)
{
	struct str text = str_trim(xml_text(x, node));

	return str_is(text, "true") || str_is(text, "1");
}

uint32_t
csta_decode_part_below(const struct xml *x, uint32_t node, const char *name)
{
	if (node == XML_NONE)
		return XML_NONE;
	/* The reader bounds the depth (LIMIT_XML_DEPTH), and so this recursion. */
	for (uint32_t child = xml_first(x, node); child != XML_NONE; child = xml_next(x, child)) {
		uint32_t found = str_is(xml_name(x, child), name) ?
			child :
			csta_decode_part_below(x, child, name);
		if (found != XML_NONE)
			return found;
	}
	return XML_NONE;
}

/* Seen in real messages or in the schema: what a device ID may be wrapped in. */
static const char *const device_wrappers[] = {
	"deviceObject",
	"deviceIdentifier",
	"deviceID",
	"numberDialed",
};

struct str
csta_decode_part_device(const struct xml *x, uint32_t node)
{
	struct str text = str_trim(xml_text(x, node));

	for (size_t i = 0; text.n == 0 && i < sizeof(device_wrappers) / sizeof(device_wrappers[0]);
		i++)
		text = xml_child_text(x, node, device_wrappers[i]);
	return text;
}

struct str
csta_decode_part_device_in(const struct xml *x, uint32_t node, const char *name)
{
	return csta_decode_part_device(x, xml_child(x, node, name));
}

struct csta_connection
csta_decode_part_connection(const struct xml *x, uint32_t node)
{
	return (struct csta_connection){
		.call_id = xml_child_text(x, node, "callID"),
		.device_id = csta_decode_part_device_in(x, node, "deviceID"),
	};
}
