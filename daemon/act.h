/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step asks the world to do: a list of actions, performed in order by the adapters.
 */
#ifndef TANDEM_DAEMON_ACT_H
#define TANDEM_DAEMON_ACT_H

#include "proto/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* What a password is: the number of the event LOGIN. */
enum node_login {
	NODE_LOGIN_WRONG,
	NODE_LOGIN_RIGHT,
	NODE_LOGIN_BUSY, /* too many logins wait */
};

/* Nobody's application: the answer is "wrong", after the time that a comparison takes. */
#define NODE_LOGIN_NOBODY UINT64_MAX

enum node_action_kind {
	NODE_ACT_MCAST,      /* bytes: multicast to the group, in order, retried on try-again */
	NODE_ACT_REJOIN,     /* leave the group and join again */
	NODE_ACT_SAVE_EPOCH, /* number: on disk before anything that follows is performed */
	/* number = an enum ha_copy_op, id = bytes that are kept, bytes: the file that holds the state on this host (ha/ha.h). If it
	   cannot be written, COPY_LOST follows */
	NODE_ACT_COPY,
	NODE_ACT_LISTEN,      /* flag: open or close all CSTA listeners */
	NODE_ACT_CLIENT_SEND, /* id, bytes: one write, order kept */
	NODE_ACT_CLIENT_CLOSE, /* id; flag: after what was sent before is out (else at once). CLIENT_CLOSED follows */
	/* id, number: mute at once, closed only after so many ms: the address moves to the other node, which makes the client
	   notice (NUDGE) when it listens. CLIENT_CLOSED follows */
	NODE_ACT_CLIENT_HOLD,
	NODE_ACT_CLIENT_PAUSE, /* id; flag: nothing more is read of it, until this comes without the flag */
	NODE_ACT_NUDGE, /* text = client "address:port", text2 = local "address:port" of a connection that died with
				  the other node: make the client notice (a bare ACK from that address once it is local) */
	/* id, xsp, method, text = base URL, path, bytes = body, text2 = Authorization ("" = none), number = time-out
	   in ms; flag: the answer may be a long list, HTTP_DATA as it comes. HTTP_DONE follows exactly once */
	NODE_ACT_HTTP,
	/* id, xsp, text, path, bytes, text2 as above; STREAM_CLOSED follows exactly once, at the end */
	NODE_ACT_STREAM_OPEN,
	NODE_ACT_STREAM_CLOSE, /* id: drop it; STREAM_CLOSED follows */
	/* id, xsp, text = "cti://host:port" or "ctis://host:port": connect. SOUTH_OPEN may follow, and SOUTH_CLOSED
	   exactly once, at the end */
	NODE_ACT_SOUTH_OPEN,
	NODE_ACT_SOUTH_SEND,  /* id, bytes: one write, order kept */
	NODE_ACT_SOUTH_CLOSE, /* id: drop it at once; SOUTH_CLOSED follows */
	NODE_ACT_SECRET,      /* xsp: read token or password of this link again; SECRET follows */
	/* id = connection, number = index in conf.applications or NODE_LOGIN_NOBODY, text = user, text2 = password: is it that
	   of the application's login-file? LOGIN follows exactly once */
	NODE_ACT_LOGIN,
	NODE_ACT_RESOLVE,     /* id, text = SRV name; RESOLVED follows exactly once */
	NODE_ACT_TELL_FAILED, /* from_node: tell Pacemaker that the resource failed there */
	NODE_ACT_TELL_CLEAN, /* from_node: that failure is dealt with, Pacemaker may start the resource there again */
	NODE_ACT_HISTORY, /* text = what happened (a word), bytes = further JSON members without braces, or "" */
	NODE_ACT_ASKED, /* id, from_node, bytes: the other node asks this; NODE_EV_TELL answers */
	NODE_ACT_TOLD, /* id, flag: the other node's answer, bytes; else text = why there is none. Once for each ASK */
	NODE_ACT_SCORE,   /* the promotion score changed: ask node_score() */
	NODE_ACT_STOPPED, /* all is closed after NODE_EV_STOP: the process may end */
};

struct node_action {
	enum node_action_kind kind;
	uint64_t id;
	uint64_t number;
	uint32_t xsp; /* index in conf.xsps */
	uint32_t from_node;
	bool flag;
	const char *method; /* "GET" ..., static */
	/* borrowed from the node_out, valid until its next reset */
	struct str path;
	struct str bytes;
	struct str text;
	struct str text2;
};

struct node_out;

struct node_out *node_out_new(void);
void node_out_free(struct node_out *o);
/** Drops all actions; memory is kept. */
void node_out_reset(struct node_out *o);
size_t node_out_count(const struct node_out *o);
/** The i-th action, in the order to perform. Its texts are borrowed until the next reset. */
struct node_action node_out_at(const struct node_out *o, size_t i);

/** Appends an action; its texts are copied. Only the rooms of a node use it. */
void node_out_add(struct node_out *o, const struct node_action *a);

#endif
