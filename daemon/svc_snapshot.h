/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SnapshotDevice and SnapshotCall: what a device or a call looks like now.
 *
 * A device is asked about at BroadWorks first (svc_wait()), a call is told from what is known. A list that one message
 * cannot hold follows its answer in segments, under a cross reference.
 */
#ifndef TANDEM_DAEMON_SVC_SNAPSHOT_H
#define TANDEM_DAEMON_SVC_SNAPSHOT_H

#include "daemon/svc_part.h"

/* The services. */
void svc_snapshot_device(const struct svc_in *in);
void svc_snapshot_call(const struct svc_in *in);

/** The device of a SnapshotDevice that waited is confirmed: answers. `form`: how the client wrote it, "" = by its id. */
void svc_snapshot_answer(struct svc *v, struct core_session *session, uint32_t invoke,
	const struct core_device *d, struct str form);

#endif
