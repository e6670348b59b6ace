/* SPDX-License-Identifier: Apache-2.0 */
/* Every bound of the connector, in one place. An unbounded queue on the active is the outage of both nodes. */
#ifndef TANDEM_BASE_LIMITS_H
#define TANDEM_BASE_LIMITS_H

/* XML, both sides: see xmlscan.h */
#define LIMIT_XML_DOC_BYTES 524288 /* the snapshot of LIMIT_ENTRIES_PER_DEVICE waiting calls */
#define LIMIT_XML_DEPTH 32
#define LIMIT_XML_TAG_BYTES 4096
#define LIMIT_XML_ATTRIBUTES 32
#define LIMIT_XML_NODES 16384

/* texts that are kept */
#define LIMIT_DEVICE_ID 96
#define LIMIT_USER_ID 162
#define LIMIT_CALL_ID 96
#define LIMIT_TRACKING_ID 96
#define LIMIT_ADDRESS 128
#define LIMIT_BW_ID 260 /* subscription, channel, event and set identifiers: 256 by the schema */
#define LIMIT_SESSION_USER 64

/* north */
#define LIMIT_CSTA_MESSAGE_BYTES 65535
#define LIMIT_CSTA_UNREAD_BYTES \
	262144 /* of a client whose requests are answered one after the other */
#define LIMIT_CSTA_SEND_BYTES 32767 /* some clients read the length as signed 16 bit */
#define LIMIT_SESSIONS 4096
#define LIMIT_CONNECTIONS 4096
#define LIMIT_LISTENERS 8 /* that of [csta] included */
#define LIMIT_MONITORS 200000
#define LIMIT_MONITORS_PER_DEVICE 512
#define LIMIT_OUTBOX_MESSAGES 16384
#define LIMIT_OUTBOX_BYTES (8 * 1024 * 1024)
#define LIMIT_REQUESTS_PER_SESSION 256
#define LIMIT_LOGIN_FILE_BYTES 262144 /* of hashed passwords */
#define LIMIT_LOGIN_LINES 1024
#define LIMIT_LOGINS_WAITING 1024 /* passwords that wait for a thread */
#define LIMIT_LISTINGS 16         /* lists of devices on their way to clients */
#define LIMIT_LISTING_BYTES \
	(256 * 1024)       /* what may wait for a client before more of the list is said */
#define LIMIT_JOURNALS 256 /* operations of several steps under way */

/* south */
#define LIMIT_XSPS 16
#define LIMIT_DEVICES 200000
#define LIMIT_HALVES_PER_DEVICE 64
#define LIMIT_ENTRIES_PER_DEVICE 512 /* calls that wait in a queue or at a route point */
#define LIMIT_PARTICIPANTS 64        /* of a conference: as many calls as a device has */
#define LIMIT_PARTIES_PER_CALL 1024  /* that a snapshot of the call names */
#define LIMIT_JOINS_PER_AGENT 128
#define LIMIT_ROUTE_TRIES 5 /* ways of one call that may fail until its routeing is given up */
#define LIMIT_PACKAGES 48   /* there are 39 */
#define LIMIT_REORDER_EVENTS 16
#define LIMIT_EARLY_BYTES \
	(32 * 1024 * 1024) /* of events that came too early, of all subscriptions together */
#define LIMIT_HTTP_BODY_BYTES 524288
#define LIMIT_LIST_BYTES \
	(256 * 1024 * 1024)  /* of one list of subscriptions, read as it comes: 600,000 of them */
#define LIMIT_LIST_MS 600000 /* until it is there */
#define LIMIT_LEAKS 16384    /* subscriptions to be deleted; the others at the next look */
#define LIMIT_SOUTH_IN_FLIGHT 64
#define LIMIT_LINK_QUEUE 8192 /* requests that wait for a link */
#define LIMIT_CTI_EVENTS 8192 /* events of a connection that are not acknowledged */
#define LIMIT_ACKS_WAITING 65536

/* so old may be what BroadWorks said of a device's calls to answer a client, while other devices are being asked */
#define LIMIT_FRESH_MS 2000

/* operators */
#define LIMIT_CTL_ROWS 100    /* of a slice of a listing */
#define LIMIT_CTL_VISITS 2000 /* things that a slice looks at, told or not */

#define LIMIT_TRACES 4           /* of objects, at the same time */
#define LIMIT_TRACE_RECORDS 1024 /* that one holds */
#define LIMIT_TRACE_CALLS 64     /* of an event that are looked at */

#define LIMIT_NOTES 8          /* questions to the other node that wait */
#define LIMIT_NOTE_BYTES 16384 /* of a part of an answer */
#define LIMIT_NOTE_PARTS 8
#define LIMIT_BUNDLE_BYTES (16 * 1024 * 1024) /* of a file of a support archive */

/* status page and metrics */
#define LIMIT_HTTP_CONNECTIONS 1024
#define LIMIT_HTTP_REQUEST_BYTES 8192 /* line and headers; there is never a body */
#define LIMIT_HTTP_ANSWER_BYTES (1024 * 1024)
#define LIMIT_HTTP_SESSIONS 256 /* rows that are listed; tandemctl lists all */
#define LIMIT_HTTP_MONITORS 512
#define LIMIT_HTTP_DOUBTS 64
#define LIMIT_HTTP_HISTORY 500 /* lines */

/* certificates and authorities that a configuration can name */
#define LIMIT_APPLICATIONS 32
#define LIMIT_CERTIFICATES (2 * (1 + LIMIT_XSPS + LIMIT_LISTENERS))

/* state-dir */
#define LIMIT_STATE_HELD 256         /* lines of the history that wait for room on the disk */
#define LIMIT_STATE_HELD_BYTES 65536 /* of all of them */
#define LIMIT_STATE_FREE_BYTES 65536 /* less than this is a full disk */

/* replication */
#define LIMIT_FRAME_BYTES 1000000 /* corosync keeps messages below 1,047,552 bytes atomic */
#define LIMIT_SLICE_BYTES 60000
#define LIMIT_BATCH_BYTES 60000
#define LIMIT_BATCHES_IN_FLIGHT 4
#define LIMIT_LOG_BYTES (64 * 1024 * 1024)
#define LIMIT_SNAPSHOT_BYTES (256 * 1024 * 1024)

#endif
