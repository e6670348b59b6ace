/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CTI envelope on its way in.
 *
 * The envelope is read here, what it carries is handed on as a document of its own, which another
 * decoder reads: each byte is parsed once. Namespaces and the encoding that the envelope declares
 * are declared anew on that document, so that nothing of its meaning is lost.
 *
 * All spellings are taken: names count, namespaces do not; a payload may be qualified or not; the
 * URI of a request is not interpreted.
 */
#ifndef TANDEM_PROTO_CTI_DECODE_H
#define TANDEM_PROTO_CTI_DECODE_H

#include "proto/base/buf.h"
#include "proto/xml.h"

enum cti_kind {
	CTI_UNKNOWN, /* well-formed, of no kind known here */
	CTI_REQUEST,
	CTI_RESPONSE,
	CTI_EVENT,
	CTI_EVENT_RESPONSE,
	CTI_KEEPALIVE,
	CTI_KEEPALIVE_RESPONSE,
};

struct cti_msg {
	enum cti_kind kind;
	struct str root;       /* local name of the root element */
	struct str version;    /* of the envelope; "" if it has none */
	struct str request_id; /* "" if it has none (a response always has one) */
	struct str session_id; /* request, response */
	uint32_t status;       /* response: 100..999, as in HTTP */
	struct str reason;     /* response */
	bool has_period;       /* keepalive; false if it is absent or no number */
	uint32_t period;       /* keepalive, in the unit of the setting */
	struct str payload;    /* a document; "" if it is empty or absent */

	/* request */
	struct str element; /* local name: "DialRequest" */
	struct str uri;
	struct str method;
	struct str application_version;
	struct str credentials; /* text of the element that is there */
	struct str
		credentials_kind; /* its name: "credentials", "ssoCredentials", "authorization" */
	uint32_t params;          /* private: for cti_param_next() */
};

/**
 * Decodes one document of the connection. 0 with `*out` filled, or E_MALFORMED, E_LIMIT with `e`
 * filled. All texts are borrowed from `reader` and `payload` until these are used again; so the
 * reader must not be the one that reads out->payload. `payload` is emptied first and needs room for
 * LIMIT_XML_DOC_BYTES.
 *
 * Mandatory: requestId and statusCode of a response, the payload of an event. A requestId or a
 * sessionId must fit LIMIT_BW_ID with a NUL.
 *
 * With E_MALFORMED or E_LIMIT out->kind and out->request_id are what could be read, else
 * CTI_UNKNOWN and "".
 */
int cti_decode(struct xml *reader, struct str document, struct buf *payload, struct cti_msg *out,
	struct err *e) __attribute__((warn_unused_result));

/** The next parameter of a request; false behind the last. `*at` begins with 0. */
bool cti_param_next(const struct xml *reader, const struct cti_msg *m, uint32_t *at,
	struct str *name, struct str *value);

#endif
