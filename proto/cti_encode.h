/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CTI envelope on its way out: request, eventResponse, keepalive, keepaliveResponse.
 *
 * How the documents are spelt is a parameter, since the schema and the one published example
 * disagree; the default of struct cti_spelling is the schema's form. What is inside a request (the
 * name of its element, its URI, parameters and body) comes from elsewhere: this file knows no Xsi.
 *
 * All functions append a document without XML declaration (cti_frame.h adds it where it is wanted).
 * Overflow is asked of the buffer at the end.
 */
#ifndef TANDEM_PROTO_CTI_ENCODE_H
#define TANDEM_PROTO_CTI_ENCODE_H

#include "proto/base/buf.h"

#include <stdint.h>

enum cti_uri {
	CTI_URI_LITERAL,     /* %name% as it stands */
	CTI_URI_ESCAPED,     /* %25name%25: what strict validation of the literal form asks for */
	CTI_URI_SUBSTITUTED, /* the values in their places */
};

struct cti_spelling {
	bool request_is_plain;     /* request element without the CTI namespace */
	bool payload_is_qualified; /* a request's payload in the namespace of the envelope */
	enum cti_uri uri;
	const char *envelope_version;    /* attribute of the root; NULL = "20.0" */
	const char *application_version; /* <version> of a request; NULL = empty */
};

enum cti_credentials {
	CTI_CREDENTIALS_NONE,          /* the certificate of the connection speaks */
	CTI_CREDENTIALS_BASIC,         /* credentials: secret = user:password, written in base64 */
	CTI_CREDENTIALS_SSO,           /* ssoCredentials: the secret in base64 */
	CTI_CREDENTIALS_AUTHORIZATION, /* authorization: secret = a whole Authorization header value */
};

struct cti_param {
	struct str name;
	struct str value;
};

struct cti_request {
	struct str request_id;
	struct str session_id;
	enum cti_credentials credentials;
	struct str secret;
	const char *element; /* "DialRequest" */
	const char *method;
	struct str uri_template; /* with %name%, for CTI_URI_LITERAL and CTI_URI_ESCAPED */
	struct str uri;          /* for CTI_URI_SUBSTITUTED */
	const struct cti_param *params;
	size_t param_count;
	struct str payload; /* a document, with or without declaration; "" = empty */
};

void cti_put_request(struct buf *b, const struct cti_spelling *s, const struct cti_request *q);

/** Answer to an event with this requestId; `payload` is an EventResponse. */
void cti_put_event_response(
	struct buf *b, const struct cti_spelling *s, struct str request_id, struct str payload);

/** `period` in the unit of the setting: cti_period_of_ms(). */
void cti_put_keepalive(
	struct buf *b, const struct cti_spelling *s, struct str request_id, uint32_t period);

/** Answer to a keepalive with this requestId. */
void cti_put_keepalive_response(struct buf *b, const struct cti_spelling *s, struct str request_id);

enum cti_period_unit {
	CTI_PERIOD_S,
	CTI_PERIOD_MS
};

/** The number to write into a keepalive: at least 1, at most that of an xs:int. */
uint32_t cti_period_of_ms(int64_t ms, enum cti_period_unit unit);
/** What a number read from a keepalive means, in ms. */
int64_t cti_period_to_ms(uint32_t period, enum cti_period_unit unit);

#endif
