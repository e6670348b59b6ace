/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clients' side of the account: what they counted, and their picture against the truth.
 *
 * Picture and truth are taken while no call changes. For every device the connections that the
 * clients believe in are matched with the halves that BroadWorks knows, by state. A half without
 * connection, or with one in another state, is an event that was lost; a connection without a half
 * is a stuck call.
 *
 * Failure modes: without picture or truth the figures that need them stay unknown.
 */
#include "tests/lab/account_compute.h"
#include "tests/lab/account_load.h"

#include <string.h>

#define QUEUED "Queued" /* our own word for the state of a call that waits */

/* CSTA states of the own connection that are right for a half; the second may be "". */
struct wanted {
	const char *personality; /* NULL: any */
	const char *state;
	const char *csta;
	const char *or_csta;
	bool is_ringback; /* he talked or held, was transferred, and hears the new party ring */
};

static const struct wanted wanted_table[] = {
	{ NULL, "Alerting", "connected", "hold", true },
	{ "Terminator", "Alerting", "alerting", "", false },
	{ "Originator", "Alerting", "connected", "fail", false },
	{ "Click-to-Dial", "Alerting", "initiated", "alerting", false },
	{ NULL, "Active", "connected", "", false },
	{ NULL, "Remote Held", "connected", "", false },
	{ NULL, "Held", "hold", "", false },
	{ NULL, QUEUED, "queued", "", false },
};

static const struct wanted *
find_wanted(const json_t *half)
{
	for (size_t i = 0; i < sizeof(wanted_table) / sizeof(wanted_table[0]); i++) {
		const struct wanted *w = &wanted_table[i];

		if (account_load_is(half, "state", w->state) &&
			(!w->is_ringback || json_is_true(json_object_get(half, "ringback"))) &&
			(w->personality == NULL ||
				account_load_is(half, "personality", w->personality)))
			return w;
	}
	return NULL;
}

static bool
is_conference(const json_t *half)
{
	return json_is_true(json_object_get(half, "in_conference"));
}

static bool
has_conference(const json_t *halves)
{
	const json_t *half;
	size_t i;

	json_array_foreach(halves, i, half)
		if (is_conference(half))
			return true;
	return false;
}

static void
add_half(json_t *all, const char *user, json_t *half)
{
	char device[64];
	size_t n = strcspn(user, "@");
	json_t *list;

	if (n >= sizeof(device))
		return;
	memcpy(device, user, n);
	device[n] = '\0';
	list = json_object_get(all, device);
	if (list == NULL) {
		list = json_array();
		json_object_set_new(all, device, list);
	}
	/* the halves of a conference are one connection of its controller */
	if (!is_conference(half) || !has_conference(list))
		json_array_append(list, half);
}

/* Calls that wait at queues or route points: halves of those. */
static void
add_entries(json_t *all, const json_t *entries)
{
	json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry) {
		json_object_set_new(entry, "state", json_string(QUEUED));
		add_half(all, account_load_text(entry, "at"), entry);
	}
}

/* The truth by device: {"2001":[half,...]}. Halves that are no connection (Detached...) are left out. */
static json_t *
truth_by_device(const struct account_run *r)
{
	json_t *all = json_object();
	json_t *half;
	size_t i;

	json_array_foreach(json_object_get(r->truth, "calls"), i, half)
		if (find_wanted(half) != NULL)
			add_half(all, account_load_text(half, "user"), half);
	add_entries(all, json_object_get(r->truth, "queues"));
	add_entries(all, json_object_get(r->truth, "route_points"));
	return all;
}

/* Index in `calls` of a connection that is right for the half, or (half NULL) of any; -1 for none. */
static long
find_call(const json_t *calls, const json_t *half)
{
	const struct wanted *w = half != NULL ? find_wanted(half) : NULL;
	const json_t *call;
	size_t i;

	json_array_foreach(calls, i, call)
		if (w == NULL || account_load_is(call, "state", w->csta) ||
			(*w->or_csta != '\0' && account_load_is(call, "state", w->or_csta)))
			return (long)i;
	return -1;
}

static void
note_wrong(struct account_run *r, const char *device, const json_t *half, const json_t *call)
{
	if (half == NULL)
		account_problem(r,
			"device %s: clients show call %.40s (%.20s), BroadWorks does not", device,
			account_load_text(call, "call_id"), account_load_text(call, "state"));
	else
		account_problem(r,
			"device %s: BroadWorks has %.60s (%.12s %.12s), clients show %.20s", device,
			account_load_text(half, "call_id"), account_load_text(half, "personality"),
			account_load_text(half, "state"),
			call != NULL ? account_load_text(call, "state") : "nothing");
}

struct differences {
	int64_t lost;
	int64_t stuck;
};

static void
compare_device(struct account_run *r, struct differences *d, const char *device, json_t *halves,
	json_t *calls)
{
	json_t *wrong = json_array();
	const json_t *half;
	size_t i;

	json_array_foreach(halves, i, half) {
		long at = find_call(calls, half);

		if (at >= 0)
			json_array_remove(calls, (size_t)at);
		else
			json_array_append(wrong, json_array_get(halves, i));
	}
	json_array_foreach(wrong, i, half) {
		note_wrong(r, device, half, json_array_get(calls, 0));
		json_array_remove(calls, 0);
		d->lost++;
	}
	for (; json_array_size(calls) > 0; json_array_remove(calls, 0)) {
		note_wrong(r, device, NULL, json_array_get(calls, 0));
		d->stuck++;
	}
	json_decref(wrong);
}

/* BroadWorks' halves of devices that the clients do not show at all. */
static void
count_unknown_devices(struct account_run *r, struct differences *d, json_t *truth)
{
	const char *device;
	json_t *halves;

	json_object_foreach(truth, device, halves) {
		account_problem(r, "device %s has %zu calls and is in no client's picture", device,
			json_array_size(halves));
		d->lost += (int64_t)json_array_size(halves);
	}
}

static bool
compare_pictures(struct account_run *r, struct differences *d)
{
	json_t *devices = json_object_get(r->picture, "devices");
	json_t *entry;
	json_t *truth;
	int64_t out = 0;
	size_t i;

	if (!json_is_array(devices) || !json_is_array(json_object_get(r->truth, "calls")))
		return false;
	truth = truth_by_device(r);
	json_array_foreach(devices, i, entry) {
		const char *device = account_load_text(entry, "device");
		json_t *calls = json_copy(json_object_get(entry, "calls"));

		compare_device(r, d, device, json_object_get(truth, device), calls);
		json_object_del(truth, device);
		json_decref(calls);
		out += !json_is_true(json_object_get(entry, "in_service"));
	}
	count_unknown_devices(r, d, truth);
	json_decref(truth);
	account_figure_set(r, FIGURE_devices, (double)json_array_size(devices));
	account_figure_set(r, FIGURE_devices_out, (double)out);
	return true;
}

static void
copy_count(struct account_run *r, enum account_figure_id id, const char *key)
{
	const json_t *value = json_object_get(r->account, key);

	if (json_is_integer(value))
		account_figure_set(r, id, (double)json_integer_value(value));
}

static void
copy_silence(struct account_run *r)
{
	const json_t *silence = json_object_get(r->account, "silence_ms");
	const json_t *p50 = json_object_get(silence, "p50");
	const json_t *max = json_object_get(silence, "max");

	if (json_is_number(p50))
		account_figure_set(r, FIGURE_silence_p50_ms, json_number_value(p50));
	if (json_is_number(max))
		account_figure_set(r, FIGURE_silence_max_ms, json_number_value(max));
}

void
account_north(struct account_run *r)
{
	struct differences d = { 0 };
	int64_t lost = account_load_int(r->account, "events_lost", -1);
	int64_t stuck = account_load_int(r->status, "stuck", 0);

	copy_silence(r);
	copy_count(r, FIGURE_events, "events");
	copy_count(r, FIGURE_events_duplicated, "events_duplicated");
	copy_count(r, FIGURE_illegal_transitions, "illegal_transitions");
	copy_count(r, FIGURE_requests, "requests");
	copy_count(r, FIGURE_requests_unanswered, "requests_unanswered");
	copy_count(r, FIGURE_snapshot_differences, "snapshot_differences");
	copy_count(r, FIGURE_ids_changed, "ids_changed");
	copy_count(r, FIGURE_oos_is_unpaired, "oos_is_unpaired");
	if (!compare_pictures(r, &d))
		return;
	if (lost >= 0)
		account_figure_set(r, FIGURE_events_lost, (double)(lost + d.lost));
	account_figure_set(r, FIGURE_calls_stuck, (double)(stuck + d.stuck));
}

int
account_match(const char *picture_path, const char *truth_path, FILE *out)
{
	struct account_run r = { 0 };
	struct differences d = { 0 };
	int n = -1;

	r.picture = json_load_file(picture_path, 0, NULL);
	r.truth = json_load_file(truth_path, 0, NULL);
	if (compare_pictures(&r, &d))
		n = (int)(d.lost + d.stuck + (int64_t)r.figures[FIGURE_devices_out].value);
	for (size_t i = 0; i < r.problem_count && i < ACCOUNT_PROBLEMS_MAX; i++)
		fprintf(out, "%s\n", r.problems[i]);
	json_decref(r.picture);
	json_decref(r.truth);
	return n;
}
