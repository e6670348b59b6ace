/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_STREAM_H
#define TANDEM_TESTS_BWSIM_BWS_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct bws;
struct bws_req;
struct bws_stream;
struct MHD_Response;

/*
 * The endless chunked reply that carries the documents of one event channel. One document is one
 * chunk and one write, unless a knob says otherwise. The stream belongs to the HTTP connection;
 * its owner (the channel) is told once when it has ended from outside and must then not use it.
 */

/* Makes the stream that will answer @r. @gone(@arg) is called (from the main loop, never from
 * inside another call) when the client or the network ended it. */
struct bws_stream *bws_stream_new(struct bws_req *r, void (*gone)(void *arg), void *arg);

/* Queues a document. Returns false when the queue is full (knob chan_queue_bytes_max). */
bool bws_stream_push(struct bws_stream *s, const char *doc, size_t len);

/* Ends the reply after the queued documents; the owner lets go of the stream. A stream that cannot
 * write within two seconds is cut. */
void bws_stream_finish(struct bws_stream *s);

/* Closes the connection, queued documents are lost; the owner lets go of the stream. A write that is
 * blocked is cut after two seconds. */
void bws_stream_cut(struct bws_stream *s);

/* For bws_cti: the connection of the stream is gone; the owner is told. */
void bws_stream_lost(struct bws_stream *s);

/* For bws_http: the response object whose body is the stream; NULL when memory ran out. */
struct MHD_Response *bws_stream_response(struct bws_stream *s);

/* For bws_http: the request ended before its reply was begun. */
void bws_stream_discard(struct bws_stream *s);

/* For bws_http: wakes a sleeping stream so that its server can end it. */
void bws_stream_wake(struct bws_stream *s);

#endif
