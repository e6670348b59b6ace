/* SPDX-License-Identifier: Apache-2.0 */
/* Treatments of a route point's calls, recording by number, and the private services of Escape. */
#ifndef TANDEM_DAEMON_SVC_MEDIA_H
#define TANDEM_DAEMON_SVC_MEDIA_H

#include "daemon/svc_job.h"

/** PlayMessage 0 to 4 (busy, music, ringback, silence, treatment) to a call at a route point. */
void svc_media_play(const struct svc_in *in);
/** Stop of such a treatment; of anything else, which is a recording, svc_call_one(). */
void svc_media_stop(const struct svc_in *in);
/**
 * Escape. The service is a leaf `serviceID` of the private data: 1 and 2 (or a leaf guestAssociatedExtension with
 * true and false) associate the guest `device` with `HOST_DN` and end that, 501 tags the call `callID` of `device` (or
 * its last one) with `accountCode`, 3013 to 3016 start, stop, suspend and resume the recording of it; a name: svc_escape.h.
 */
void svc_media_escape(const struct svc_in *in);

#endif
