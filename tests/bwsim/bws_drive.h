/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_DRIVE_H
#define TANDEM_TESTS_BWSIM_BWS_DRIVE_H

struct bws;
struct bws_call;

/*
 * The phones: who answers, holds, retrieves and hangs up without being asked by a client. Each
 * call has one timer and one next step (its stage), planned anew after each change, whoever made
 * it. Tones, unanswered calls and the click-to-dial leg move on in every call; the rest only in
 * driven calls. Frozen: no step is taken until thawed.
 */
void bws_drive_init(struct bws_call *c);

/* Plans the next step from the state of the halves. */
void bws_drive_replan(struct bws_call *c);

/* The own phone of a click-to-dial call will answer. */
void bws_drive_click_to_dial(struct bws_call *c);

/* The tone will end. */
void bws_drive_treatment(struct bws_call *c);

/* Nobody rings any more; the caller will get a treatment. */
void bws_drive_no_answer(struct bws_call *c);

void bws_drive_stop(struct bws_call *c);

void bws_drive_freeze(struct bws *w);

void bws_drive_thaw(struct bws *w);

/* Every driven call (or every call) is released soon. */
void bws_drive_drain(struct bws *w);

#endif
