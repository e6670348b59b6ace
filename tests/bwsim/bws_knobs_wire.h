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
	NUM(outstanding_full, 0, 0, 2, \
		"at outstanding_max the event 0: waits, 1: is dropped; 2: channel closed") \
	NUM(keep_percent, 100, 0, 100, \
		"share of events kept while the set has no channel (keep_ms)") \
	NUM(seq_reopen, 0, 0, 2, \
		"set open again: numbers 0: go on, 1: restart, 2: with a snapshot") \
	NUM(as_expiry, 0, 0, 2, \
		"expiry clocks over AS failover 0: kept, 1: restarted, 2: expired") \
	NUM(expiry_early_percent, 0, 0, 99, "channels and subscriptions expire so much early") \
	NUM(snapshot_percent, 100, 0, 100, "share of requests that are followed by a snapshot") \
	NUM(snapshot_elsewhere, 0, 0, 1, "1: on a channel of another XSP than the request's") \
	NUM(heartbeat_status, 200, 200, 599, \
		"answer to heartbeats; the document is sent all the same") \
	NUM(retry_after_s, 1, -1, 3600, "Retry-After with 503; -1 none") \
	NUM(overload_ms, 0, 0, 60000, "over the rate: delayed so long; 0: 503") \
	NUM(user_requests_per_s, 0, 0, 1000000, "the same rate for each login, 0 unlimited") \
	NUM(error_body, 0, 0, 3, "errors have 0: ErrorInfo, 1: no body, 2: HTML, 3: broken XML") \
	NUM(error_latin, 0, 0, 1, "1: a byte outside ASCII in ErrorInfo") \
	NUM(limit_code, 100003, 0, 999999, "errorCode when a limit is hit") \
	NUM(unknown_status, 403, 400, 599, "answer for unknown channel, set or subscription") \
	NUM(cookie, 1, 0, 1, "0: no session cookie with the stream") \
	NUM(connection_close, 0, 0, 1, "1: every reply ends its connection") \
	NUM(path_case, 0, 0, 1, "1: path keywords only as they are documented") \
	NUM(bound_ms, 0, 0, 600000, "a channel is not known for so long after its opening (404)") \
	NUM(stream_input, 0, 0, 2, \
		"bytes of the client on a stream's connection 0: wait, 1: ErrorEvent, 2: it ends") \
	NUM(stream_bytes_per_s, 0, 0, 100000000, "pace of each HTTP stream; 0 unlimited") \
	STR(bound_kinds, "heartbeat,ack", \
		"requests served only by an XSP that holds a channel of the login") \
	STR(cti_prefix, "xsp", "namespace prefix of the CTI envelope; empty: default namespace") \
	STR(cti_version, "17.0", "version attribute sent; empty: none")

#endif
