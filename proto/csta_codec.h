/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages look on a connection: a table of codecs, and one stream for each connection that uses one of them.
 *
 * Inside, a message of ours is the XML of the session's edition (csta_encode.h), and one of a client is struct
 * csta_request. Outboxes, replication and resume hold the former, so that a session may come back over a listener with
 * another codec. A codec has the ways between these two and bytes: `next` cuts bytes into messages, `decode` reads one,
 * `put` writes one. Adding an encoding: a file csta_frame_X.c with the three (a binary one makes its document in `put`
 * from the XML), a row in csta_codecs[], a word for the key `framing`; sessions, services and events do not know.
 */
#ifndef TANDEM_PROTO_CSTA_CODEC_H
#define TANDEM_PROTO_CSTA_CODEC_H

#include "proto/csta_decode.h"
#include "proto/csta_frame.h"

enum csta_codec_id {
	CSTA_CODEC_ANNEX_J, /* XML, prefix with length and invoke ID: csta_frame.h */
	CSTA_CODEC_NUL,     /* XML, each document ended by a zero byte: csta_frame_nul.h */
	CSTA_CODECS
};

struct csta_stream;

struct csta_codec {
	const char *name;
	/**
	 * Invoke IDs do not travel: a client matches answers by their order, so it gets them in the order of its
	 * requests. Therefore the next message is held back until the request before it is answered.
	 */
	bool in_order;
	size_t unread_bytes_max; /* what may wait in a stream */
	/** The next message, as csta_framer_next(). A message without an invoke ID gets that of csta_stream_count(). */
	enum csta_frame_result (*next)(struct csta_stream *s, struct csta_frame *out);
	/** Reads the body of a message. */
	int (*decode)(struct xml *x, struct str body, struct csta_request *q, struct err *e);
	/** Appends the bytes of a message; whole or not at all, as csta_frame_put(). */
	int (*put)(struct buf *out, uint32_t invoke, struct str body);
};

extern const struct csta_codec *const csta_codecs[CSTA_CODECS];

struct csta_stream {
	const struct csta_codec *codec;
	struct csta_framer framer; /* bytes received */
	size_t searched; /* private: bytes of the message to come that hold no end of it */
	uint32_t count;  /* private: last invoke ID that was made here */
	bool awaits; /* private: an answer is to be sent before the next message is handed out */
	uint32_t awaited;
};

void csta_stream_init(struct csta_stream *s, const struct csta_codec *codec);
void csta_stream_fini(struct csta_stream *s);
/** Appends received bytes. E_LIMIT, and nothing is taken, if too many would wait. */
int csta_stream_feed(struct csta_stream *s, const uint8_t *p, size_t n)
	__attribute__((warn_unused_result));
/** The next message; MORE also while an answer is awaited. After BAD the stream is of no use any more. */
enum csta_frame_result csta_stream_next(struct csta_stream *s, struct csta_frame *out);
/** The message just handed out is a request, which is answered under its invoke ID. */
void csta_stream_await(struct csta_stream *s, uint32_t invoke);
/** Appends the bytes of a message; it may be the answer that was awaited. */
int csta_stream_put(struct csta_stream *s, struct buf *out, uint32_t invoke, struct str body)
	__attribute__((warn_unused_result));
/** True if there are bytes behind a request that is not answered. */
bool csta_stream_waits(const struct csta_stream *s);
/** True if bytes waited for an answer, and wait for none any more. */
bool csta_stream_is_ready(const struct csta_stream *s);
/** An invoke ID for a message that has none: 1..8999, below those of our own requests. */
uint32_t csta_stream_count(struct csta_stream *s);

#endif
