/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to monitor services, MonitorStop and MonitorInfo of the server: see csta_encode.h. */
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"
#include "proto/csta_filter.h"

/* Groups without a true flag are left out; the table has the order of the schema. */
static void
monitor_filter(struct buf *b, const char *name, uint64_t filter)
{
	const char *group = NULL;

	xmlw_open(b, name);
	for (size_t i = 0; i < CSTA_FILTER_FLAGS; i++) {
		const struct csta_filter_flag *flag = &csta_filter_flags[i];

		if ((filter >> flag->event & 1) == 0)
			continue;
		if (group != flag->group) {
			if (group != NULL)
				xmlw_close(b, group);
			group = flag->group;
			xmlw_open(b, group);
		}
		xmlw_element_z(b, flag->name, "true");
	}
	if (group != NULL)
		xmlw_close(b, group);
	xmlw_close(b, name);
}

void
csta_put_monitor_start_response(
	struct buf *b, enum csta_edition ed, const struct csta_monitor_started *m)
{
	csta_encode_part_open(b, ed, "MonitorStartResponse");
	xmlw_element_u64(b, "monitorCrossRefID", m->cross_ref);
	if (m->filter != NULL)
		monitor_filter(b, "actualMonitorFilter", *m->filter);
	if (m->media_voice) {
		xmlw_open(b, "actualMonitorMediaClass");
		xmlw_element_z(b, "voice", "true");
		xmlw_close(b, "actualMonitorMediaClass");
	}
	xmlw_element_z(b, "monitorExistingCalls", m->existing_calls ? "true" : "false");
	xmlw_close(b, "MonitorStartResponse");
}

void
csta_put_monitor_stop(struct buf *b, enum csta_edition ed, uint64_t cross_ref)
{
	csta_encode_part_open(b, ed, "MonitorStop");
	xmlw_element_u64(b, "monitorCrossRefID", cross_ref);
	xmlw_close(b, "MonitorStop");
}

void
csta_put_change_monitor_filter_response(struct buf *b, enum csta_edition ed, uint64_t filter)
{
	csta_encode_part_open(b, ed, "ChangeMonitorFilterResponse");
	monitor_filter(b, "actualFilterList", filter);
	xmlw_close(b, "ChangeMonitorFilterResponse");
}

static void
monitor_list(struct buf *b, const struct csta_monitor_entry *items, size_t count)
{
	xmlw_open(b, "monitorList");
	for (size_t i = 0; i < count; i++) {
		xmlw_open(b, "monitorListEntry");
		xmlw_element_u64(b, "monitorCrossRefID", items[i].cross_ref);
		if (items[i].object.n > 0)
			xmlw_element(b, "monitorObject", items[i].object);
		xmlw_close(b, "monitorListEntry");
	}
	xmlw_close(b, "monitorList");
}

void
csta_put_get_monitors_response(
	struct buf *b, enum csta_edition ed, const struct csta_monitor_entry *items, size_t count)
{
	csta_encode_part_open(b, ed, "GetMonitorsResponse");
	xmlw_open(b, "crossRefIDorRegistrationData");
	monitor_list(b, items, count);
	xmlw_close(b, "crossRefIDorRegistrationData");
	xmlw_close(b, "GetMonitorsResponse");
}

void
csta_put_get_monitors_later(struct buf *b, enum csta_edition ed, uint64_t service_id)
{
	csta_encode_part_open(b, ed, "GetMonitorsResponse");
	xmlw_open(b, "crossRefIDorRegistrationData");
	xmlw_element_u64(b, "serviceCrossRefID", service_id);
	xmlw_close(b, "crossRefIDorRegistrationData");
	xmlw_close(b, "GetMonitorsResponse");
}

void
csta_put_monitor_info(struct buf *b, enum csta_edition ed, uint64_t service_id, uint32_t segment,
	bool last, const struct csta_monitor_entry *items, size_t count)
{
	csta_encode_part_open(b, ed, "MonitorInfo");
	xmlw_element_u64(b, "serviceCrossRefID", service_id);
	xmlw_element_u64(b, "segmentID", segment);
	xmlw_element_z(b, "lastSegment", last ? "true" : "false");
	monitor_list(b, items, count);
	xmlw_close(b, "MonitorInfo");
}
