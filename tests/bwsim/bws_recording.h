/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_RECORDING_H
#define TANDEM_TESTS_BWSIM_BWS_RECORDING_H

#include <stdbool.h>

struct bws_half;

/*
 * Recording of a call by its user, on demand.
 *
 *	none -> Started <-> Paused -> none        asked for while held: Pending -> Started on retrieve
 *	             \----------------> none
 */
enum bws_recording_control {
	BWS_RECORD,
	BWS_RECORD_PAUSE,
	BWS_RECORD_RESUME,
	BWS_RECORD_STOP
};

/* allowedRecordingControls of the call. */
const char *bws_recording_controls(const struct bws_half *h);

/* recordingState, NULL = none. */
const char *bws_recording_state_text(const struct bws_half *h);

bool bws_recording_may(const struct bws_half *h, enum bws_recording_control control);

void bws_recording_apply(struct bws_half *h, enum bws_recording_control control);

/* The recording breaks: CallRecordingStopped with reason Failure. */
void bws_recording_fail(struct bws_half *h);

/* @h was retrieved: a pending recording starts. */
void bws_recording_retrieved(struct bws_half *h);

#endif
