/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitor services: see csta_decode_monitor.h.
 *
 * A filter names events by flags that stand in groups; the groups' names and their order do not matter, no flag is in two of
 * them. Flags of events that we never send are skipped.
 */
#include "proto/csta_decode_monitor.h"

#include "proto/csta_decode_part.h"
#include "proto/csta_filter.h"

static uint64_t
filter_bits(const struct xml *x, uint32_t filter)
{
	uint32_t group = filter == XML_NONE ? XML_NONE : xml_first(x, filter);
	uint64_t bits = 0;

	for (; group != XML_NONE; group = xml_next(x, group))
		for (uint32_t f = xml_first(x, group); f != XML_NONE; f = xml_next(x, f))
			if (csta_decode_part_is_true(x, f))
				bits |= csta_filter_bit(xml_name(x, f));
	return bits;
}

static void
read_filter(const struct xml *x, uint32_t root, const char *name, struct csta_request *out)
{
	uint32_t filter = xml_child(x, root, name);
	uint32_t inverted =
		csta_decode_part_below(x, xml_child(x, root, "extensions"), "invertFilter");

	out->filter_given = filter != XML_NONE;
	out->filter = filter_bits(x, filter);
	out->filter_inverted = inverted != XML_NONE && csta_decode_part_is_true(x, inverted);
}

static void
read_media_class(const struct xml *x, uint32_t class, struct csta_request *out)
{
	uint32_t flag = class == XML_NONE ? XML_NONE : xml_first(x, class);

	for (; flag != XML_NONE; flag = xml_next(x, flag)) {
		if (!csta_decode_part_is_true(x, flag))
			continue;
		out->media_given = true;
		if (str_is(xml_name(x, flag), "voice"))
			out->media_voice = true;
	}
}

void
csta_decode_monitor_start(const struct xml *x, uint32_t root, struct csta_request *out)
{
	uint32_t object = xml_child(x, root, "monitorObject");
	uint32_t call = xml_child(x, object, "callObject");

	if (call != XML_NONE) {
		out->call_object = true;
		out->connection = csta_decode_part_connection(x, call);
	} else {
		out->device = csta_decode_part_device(x, object);
	}
	out->call_type = str_is(xml_child_text(x, root, "monitorType"), "call");
	out->type_given = xml_child_text(x, root, "monitorType").n > 0;
	read_filter(x, root, "requestedMonitorFilter", out);
	read_media_class(x, xml_child(x, root, "requestedMonitorMediaClass"), out);
}

void
csta_decode_monitor_stop(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->cross_ref = xml_child_text(x, root, "monitorCrossRefID");
}

void
csta_decode_monitor_filter(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->cross_ref = xml_child_text(x, root, "monitorCrossRefID");
	read_filter(x, root, "requestedFilterList", out);
}
