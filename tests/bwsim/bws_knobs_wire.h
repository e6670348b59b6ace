/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_KNOBS_WIRE_H
#define TANDEM_TESTS_BWSIM_BWS_KNOBS_WIRE_H

/* Knobs of transports, log-in and answers; part of BWS_KNOB_LIST (same columns). */
#define BWS_KNOB_WIRE_LIST(NUM, STR) \
	NUM(cti_framing, 0, 0, 4, \
		"CTI documents 0: bare, then 1: LF, 2: CR LF, 3: NUL; 4: length prefix") \
	NUM(cti_framing_strict, 0, 0, 1, "1: what clients send must have that very framing") \
	NUM(cti_declaration, 1, 0, 1, "1: CTI documents begin with an XML declaration") \
	NUM(cti_write_bytes, 0, 0, 1000000, "bytes of one write; 0 all there are") \
	NUM(cti_write_pause_ms, 0, 0, 60000, "pause after each write of cti_write_bytes") \
	NUM(cti_glue_ms, 0, 0, 60000, "documents are collected this long, then written in one") \
	NUM(cti_session, 0, 0, 2, "sessionId 0: any, 1: one per connection, 2: never empty") \
	NUM(cti_credentials, 7, 0, 7, \
		"accepted: 1 credentials + 2 ssoCredentials + 4 authorization") \
	NUM(cti_keepalive_send, 1, 0, 2, "XSP sends keepalives 0: never, 1: when idle, 2: always") \
	NUM(cti_keepalive_ms, 60000, 100, 600000, "period of the XSP's keepalives") \
	NUM(cti_keepalive_unit, 0, 0, 1, "period written in 0: s, 1: ms") \
	NUM(cti_keepalive_misses, 3, 0, 100, \
		"unanswered keepalives until the XSP closes; 0 never") \
	NUM(cti_keepalive_answer_ms, 0, -1, 600000, "answer to a client's keepalive; -1: none") \
	NUM(cti_payload_ns, 1, 0, 1, "0: payload elements are sent without namespace") \
	NUM(cti_accept, 0, 0, 255, \
		"refuse requests unless 1: CTI namespace, 2: none, 4: xsp:payload, 8: payload, " \
		"16: %param% in uri, 32: none, 64: version set, 128: empty (sum)") \
	NUM(tls_client_cert, 0, 0, 2, \
		"client certificate 0: not asked for, 1: asked, 2: demanded") \
	NUM(auth_basic, 1, 0, 1, "0: Basic is refused") \
	NUM(auth_certificate, 1, 0, 1, "1: a verified client certificate is a log-in") \
	NUM(auth_challenge_first, 0, 0, 1, "1: the first request of a connection gets 401") \
	NUM(lockout_failures, 0, 0, 1000, "failed log-ins in a row that lock an account; 0 none") \
	NUM(lockout_status, 403, 400, 599, "answer to a locked account") \
	STR(cert_login, "", "login of every client certificate; empty: its common name") \
	STR(context_events, "com.broadsoft.xsi-events", "URL context of Xsi-Events") \
	STR(context_actions, "com.broadsoft.xsi-actions", "URL context of Xsi-Actions") \
	STR(context_async, "com.broadsoft.async", "URL context before that of the stream") \
	NUM(redirect_hops, 1, 1, 1000, "302s before a request is served") \
	NUM(redirect_to, 0, 0, 3, "302 leads to 0: the farm, 1: a loop, 2: a dead port, 3: TLS") \
	STR(redirect_kinds, "", "kinds answered 302: of the statistics, 'actions', 'all'") \
	STR(cti_prefix, "xsp", "namespace prefix of the CTI envelope; empty: default namespace") \
	STR(cti_version, "17.0", "version attribute sent; empty: none")

#endif
