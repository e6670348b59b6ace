/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log interface and the catalogue of messages.
 *
 * A message has a number, a level by audience and a text of its own. 37205 keeps the meaning that
 * operators know: one call party was out of step with BroadWorks. The sink is a pointer: the program
 * writes to its log, a test to a trace. Secrets never go into a message.
 */
#ifndef TANDEM_BASE_LOG_H
#define TANDEM_BASE_LOG_H

#include <stdarg.h>

#define LOG_LEVELS(XX) \
	XX(ALARM, "alarm") XX(WARNING, "warning") XX(NOTICE, "notice") XX(DEBUG, "debug")

/* number, name, level, what it means to the operator */
#define LOG_MESSAGES(XX) \
	XX(37205, PARTY_OUT_OF_STEP, NOTICE, "a call party was out of step with BroadWorks") \
	XX(37206, PARTY_LEARNED, NOTICE, "a call party was learned by a resynchronisation") \
	XX(37207, DEVICE_RESYNCED, DEBUG, "a device was compared with BroadWorks") \
	XX(37209, SEQUENCE_GAP, WARNING, "an event of a subscription is missing") \
	XX(37211, EARLY_LIMIT, WARNING, "too many events wait for others that are missing") \
	XX(37301, STANDBY_IN_STEP, NOTICE, "the standby holds the whole state") \
	XX(37302, SNAPSHOT, NOTICE, "a snapshot is sent to or read from the peer") \
	XX(37310, STANDBY_BEHIND, WARNING, "the standby is behind, or there is none") \
	XX(37311, UNCONFIRMED, WARNING, "effects leave without the confirmation of a standby") \
	XX(37315, FRAME_REFUSED, WARNING, "a message of the ring was refused") \
	XX(37320, DIGEST_MISMATCH, ALARM, "the states of the two nodes differ") \
	XX(37401, PEER_LOST, WARNING, "the other node or its process is gone") \
	XX(37402, ACTIVE, NOTICE, "this node is active") \
	XX(37403, ROLE, NOTICE, "the role of this node changed") \
	XX(37405, GATE, WARNING, "the gate of this node was shut or opened") \
	XX(37410, TAKEOVER_DONE, NOTICE, "a takeover is complete") \
	XX(37420, TWO_VOICES, ALARM, "another node claims to be active") \
	XX(37421, STALL, WARNING, "this node did not run for a while") \
	XX(37501, CHANNEL_OPEN, NOTICE, "an event channel is open") \
	XX(37502, CHANNEL_LOST, WARNING, "an event channel was lost") \
	XX(37503, CHANNEL_TERMINATED, WARNING, "BroadWorks ended an event channel") \
	XX(37504, REACH_DOUBTFUL, NOTICE, \
		"event channels ended at about the same time, events may be lost") \
	XX(37505, AS_FAILOVER, WARNING, "BroadWorks serves from another application server") \
	XX(37506, SUBSCRIPTION, NOTICE, "a subscription was lost, refused or made anew") \
	XX(37507, EVENT_SKIPPED, NOTICE, "an event was not understood and skipped") \
	XX(37510, NO_XSP, ALARM, "no event channel is open") \
	XX(37520, NOT_AUTHORISED, ALARM, "BroadWorks refuses the account of this connector") \
	XX(37530, SOUTH_REQUEST, NOTICE, "a request to BroadWorks failed") \
	XX(37540, LINK, NOTICE, "a link to BroadWorks changed") \
	XX(37541, ACK_LATE, WARNING, "events are acknowledged late") \
	XX(37601, SESSION_OPEN, NOTICE, "a CSTA session was opened or resumed") \
	XX(37602, SESSION_ENDED, NOTICE, "a CSTA session ended") \
	XX(37603, CLIENT_MALFORMED, WARNING, \
		"a client sent bytes that are not CSTA; its connection is closed") \
	XX(37604, CLIENT_INVOKE, NOTICE, \
		"a client sends requests under invoke ID 9999, which is that of events; they are answered") \
	XX(37605, CLIENT_SLOW, WARNING, "a client reads too slowly; its connection is closed") \
	XX(37606, CLIENT_REFUSED, WARNING, "a client was refused") \
	XX(37607, REQUEST_REFUSED, NOTICE, "BroadWorks did not do what a client asked for") \
	XX(37608, HOTELING, NOTICE, "a hoteling operation was refused, undone or taken over") \
	XX(37609, CLIENT_TLS, WARNING, "TLS with a client failed; its connection is closed") \
	XX(37610, MONITOR_LIMIT, WARNING, "the limit of monitors is reached") \
	XX(37611, LISTENER_TLS, ALARM, "the certificates of a listener cannot be used") \
	XX(37612, LOGIN_FILE, WARNING, \
		"a file of hashed passwords cannot be taken; what was read before stays") \
	XX(37620, OVERLOAD, WARNING, "this node is overloaded, or was") \
	XX(37701, CONFIG_LOADED, NOTICE, "the configuration was read") \
	XX(37702, CONFIG_REJECTED, WARNING, "a changed configuration was not taken") \
	XX(37705, CONFIG_DIFFERS, WARNING, "the two nodes have different configurations") \
	XX(37800, START, NOTICE, "the connector starts or stops") \
	XX(37810, CLUSTER_LINK, WARNING, "the connection to corosync changed") \
	XX(37820, PACEMAKER_TOLD, NOTICE, "Pacemaker was told of a failure") \
	XX(37830, STATUS_PAGE, WARNING, "the status page cannot be served") \
	XX(37901, LOOP_LATE, WARNING, "the main loop was late")

enum log_level {
#define XX(name, text) LOG_##name,
	LOG_LEVELS(XX)
#undef XX
};

enum log_id {
#define XX(number, name, level, text) M_##name = number,
	LOG_MESSAGES(XX)
#undef XX
};

/** Gets a formatted line; `number` is an enum log_id. */
typedef void (*log_write_fn)(int number, enum log_level level, const char *text, void *arg);

struct log {
	log_write_fn write; /* NULL: silent */
	void *arg;
};

/** Formats and hands on. `log` may be NULL. Text is cut at 1,000 bytes. */
void log_emit(const struct log *log, enum log_id id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** Level of a message; LOG_NOTICE for an unknown number. */
enum log_level log_level_of(int number);
/** "alarm" ... "debug". */
const char *log_level_name(enum log_level level);
/** What the message means to an operator; NULL if there is no such number. */
const char *log_meaning(int number);

#endif
