/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The random requests of a load run.
 *
 * Happy path: every possible request of the picture gets a weight, one is drawn; the weights keep
 * calls moving (alerting ones are answered, talking ones held or ended, new ones begun).
 * Failure modes: a picture without anything to do gives no request. The server may be ahead of the
 * picture: a request that comes too late is answered with an error, which is not a fault.
 */
#include "tests/cstaclient/cc_load.h"

#include <stdio.h>
#include <string.h>

#include "tests/cstaclient/cc_text.h"

struct draw {
	struct cc_rand *rand;
	bool has_features;
	uint64_t weight_sum;
	struct cc_action *out;
};

/* Draws one of all offers with a chance by weight, without keeping a list of them. */
static void
offer(struct draw *d, uint64_t weight, enum cc_kind kind, size_t device, const char *call_id)
{
	d->weight_sum += weight;
	if (cc_rand_below(d->rand, d->weight_sum) >= weight)
		return;
	d->out->kind = kind;
	d->out->device = device;
	cc_text_copy(d->out->call_id, sizeof(d->out->call_id), call_id);
}

static void
offer_call(struct draw *d, size_t device, const struct cc_call *call)
{
	if (call->is_busy)
		return;
	switch (call->state) {
	case CC_STATE_ALERTING:
		offer(d, 6, CC_KIND_ANSWER, device, call->id);
		offer(d, 1, CC_KIND_CLEAR, device, call->id);
		break;
	case CC_STATE_CONNECTED:
		offer(d, 2, CC_KIND_CLEAR, device, call->id);
		/* a caller who still hears ringing has nothing to hold */
		if (call->answered[0] != '\0' || call->last_root == CC_ROOT_NONE)
			offer(d, 2, CC_KIND_HOLD, device, call->id);
		break;
	case CC_STATE_HOLD:
		offer(d, 4, CC_KIND_RETRIEVE, device, call->id);
		offer(d, 1, CC_KIND_CLEAR, device, call->id);
		break;
	case CC_STATE_INITIATED:
	case CC_STATE_FAIL:
		offer(d, 1, CC_KIND_CLEAR, device, call->id);
		break;
	case CC_STATE_NULL:
	case CC_STATE_QUEUED:
	case CC_STATE_UNKNOWN:
		break;
	}
}

static bool
is_talking(const struct cc_call *call)
{
	return !call->is_busy && call->state == CC_STATE_CONNECTED &&
		(call->answered[0] != '\0' || call->last_root == CC_ROOT_NONE);
}

/* Two calls, one of them held: what CSTA can make of them. */
static void
offer_pair(struct draw *d, size_t index, const char *own, const struct cc_call *active,
	const struct cc_call *held)
{
	static const struct {
		enum cc_kind kind;
		uint64_t weight;
	} pairs[] = { { CC_KIND_ALTERNATE, 2 }, { CC_KIND_RECONNECT, 2 }, { CC_KIND_TRANSFER, 4 },
		{ CC_KIND_CONFERENCE, 4 } };

	if (!is_talking(active) || held->is_busy || held->state != CC_STATE_HOLD)
		return;
	/* nobody is connected with himself: a queue would hold one call twice */
	if (active->answered[0] != '\0' && !cc_text_same_device(active->answered, own) &&
		cc_text_same_device(active->answered, held->answered))
		return;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		offer(d, pairs[i].weight, pairs[i].kind, index, active->id);
		if (d->out->kind == pairs[i].kind && strcmp(d->out->call_id, active->id) == 0)
			cc_text_copy(d->out->to, sizeof(d->out->to), held->id);
	}
}

static void
offer_features(struct draw *d, const struct cc_device *device, size_t index)
{
	const struct cc_call *one = &device->calls[0], *two = &device->calls[1];

	if (device->call_count == 1 && is_talking(one)) {
		offer(d, 4, CC_KIND_CONSULT, index, one->id);
		offer(d, 1, CC_KIND_SINGLE_STEP, index, one->id);
	}
	if (device->call_count == 1 && !one->is_busy && one->state == CC_STATE_ALERTING)
		offer(d, 1, CC_KIND_DEFLECT, index, one->id);
	if (device->call_count != 2)
		return;
	offer_pair(d, index, device->name, one, two);
	offer_pair(d, index, device->name, two, one);
}

static void
offer_device(struct draw *d, const struct cc_picture *p, size_t index)
{
	const struct cc_device *device = &p->devices[index];

	if (device->xref[0] == '\0' || !device->is_based || !device->is_in_service ||
		device->is_busy)
		return;
	if (device->call_count == 0)
		offer(d, 3, CC_KIND_MAKE, index, "");
	for (size_t i = 0; i < device->call_count; i++)
		offer_call(d, index, &device->calls[i]);
	if (d->has_features)
		offer_features(d, device, index);
}

static void
choose_target(struct cc_rand *r, const struct cc_load_targets *targets, const char *from, char *to)
{
	const char *name = targets->devices[cc_rand_below(r, targets->device_count)];

	if (targets->device_count < 2 || cc_rand_unit(r) < targets->outside_p) {
		(void)snprintf(
			to, CC_DEVICE_MAX, "tel:+15559%06u", (unsigned)cc_rand_below(r, 1000000));
		return;
	}
	/* a list that names one device again and again has no other: then it calls itself */
	for (int tries = 0; tries < 50 && strcmp(name, from) == 0; tries++)
		name = targets->devices[cc_rand_below(r, targets->device_count)];
	cc_text_copy(to, CC_DEVICE_MAX, name);
}

bool
cc_load_choose(struct cc_rand *r, const struct cc_picture *p, const struct cc_load_targets *targets,
	struct cc_action *out)
{
	struct draw d = { r, targets->has_features, 0, out };
	const struct cc_call *call;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < p->device_count; i++)
		offer_device(&d, p, i);
	if (d.weight_sum == 0)
		return false;
	if (out->kind == CC_KIND_MAKE || out->kind == CC_KIND_CONSULT ||
		out->kind == CC_KIND_SINGLE_STEP || out->kind == CC_KIND_DEFLECT)
		choose_target(r, targets, p->devices[out->device].name, out->to);
	call = cc_picture_call(&p->devices[out->device], out->call_id);
	if (call != NULL && call->answered[0] != '\0' && out->to[0] != '\0' &&
		cc_text_same_device(call->answered, out->to))
		cc_text_copy(out->to, sizeof(out->to), "tel:+15559000000"); /* as above */
	return true;
}
