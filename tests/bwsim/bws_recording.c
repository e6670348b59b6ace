/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recording of calls.
 *
 * Happy path: Record, Pause, Resume, Stop, each with its event.
 * Failure modes: a control that the state does not allow is refused by bws_recording_may(); a
 * recording that breaks is told as stopped by Failure. It ends with its call, without an event.
 */
#include "tests/bwsim/bws_recording.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_callev.h"

static bool
is_talking(const struct bws_half *h)
{
	return h->state == BWS_STATE_ACTIVE || h->state == BWS_STATE_HELD ||
		h->state == BWS_STATE_REMOTE_HELD;
}

const char *
bws_recording_controls(const struct bws_half *h)
{
	if (!h->call->w->knobs.recording || !is_talking(h))
		return "none";
	switch (h->recording) {
	case BWS_RECORDING_NONE:
		return "record";
	case BWS_RECORDING_PENDING:
		return "stop";
	case BWS_RECORDING_STARTED:
		return "pause-stop";
	case BWS_RECORDING_PAUSED:
		return "resume-stop";
	}
	return "none";
}

const char *
bws_recording_state_text(const struct bws_half *h)
{
	static const char *const texts[] = { NULL, "Pending", "Started", "Paused" };

	return texts[h->recording];
}

bool
bws_recording_may(const struct bws_half *h, enum bws_recording_control control)
{
	if (!h->call->w->knobs.recording || !is_talking(h))
		return false;
	switch (control) {
	case BWS_RECORD:
		return h->recording == BWS_RECORDING_NONE;
	case BWS_RECORD_PAUSE:
		return h->recording == BWS_RECORDING_STARTED;
	case BWS_RECORD_RESUME:
		return h->recording == BWS_RECORDING_PAUSED;
	case BWS_RECORD_STOP:
		return h->recording != BWS_RECORDING_NONE;
	}
	return false;
}

static void
become(struct bws_half *h, enum bws_recording recording, const char *event)
{
	h->recording = recording;
	bws_callev_emit(h, event);
}

static void
stop(struct bws_half *h, const char *more)
{
	h->recording = BWS_RECORDING_NONE;
	bws_callev_emit_to(h, "CallRecordingStoppedEvent", more, BWS_IN_ALL);
}

void
bws_recording_apply(struct bws_half *h, enum bws_recording_control control)
{
	switch (control) {
	case BWS_RECORD:
		if (h->state == BWS_STATE_HELD)
			become(h, BWS_RECORDING_PENDING, "CallRecordingStartingEvent");
		else
			become(h, BWS_RECORDING_STARTED, "CallRecordingStartedEvent");
		break;
	case BWS_RECORD_PAUSE:
		become(h, BWS_RECORDING_PAUSED, "CallRecordingPausedEvent");
		break;
	case BWS_RECORD_RESUME:
		become(h, BWS_RECORDING_STARTED, "CallRecordingResumedEvent");
		break;
	case BWS_RECORD_STOP:
		stop(h, "<xsi:reason>User Requested</xsi:reason>");
		break;
	}
}

void
bws_recording_fail(struct bws_half *h)
{
	stop(h, "<xsi:reason>Failure</xsi:reason>");
}

void
bws_recording_retrieved(struct bws_half *h)
{
	if (h->user && h->recording == BWS_RECORDING_PENDING)
		become(h, BWS_RECORDING_STARTED, "CallRecordingStartedEvent");
}
