/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of configuration keys: what conf.c parses, prints, hashes and names in its messages.
 *
 * XX(section, key, kind, member, min, max, default, place)
 *   kind     TEXT, NAME (letters, digits, -._), ADDRESS (IP or empty), FILE (absolute path or empty), CONTEXT (a
 *            path of a URL), PROXY (a URL or empty), I64, U32, U16; YESNO and the other choices, whose words are in
 *            conf_value.c; PACKAGES and DEVICES (conf_device.c; min is the kind of device); NUMBERS
 *            (conf_number.c; min is the use); LISTEN, XSP, SRV and ERROR, which fill several members
 *   min, max of numbers; for texts min 1 means "not empty"
 *   default  as it would be written
 *   place    SHARED: must be equal on both nodes (counts in conf_hash()); LOCAL: of this node alone;
 *            SECRET: shared, printed only on demand
 *
 * CONF_LINK_KEYS are those of a section [link NAME]; what is not given there is that of [broadworks].
 * CONF_APPLICATION_KEYS are those of a section [application NAME]; USERS, NETWORKS, PATTERNS and SERVICES are lists that may
 * be given in several lines.
 * CONF_LISTENER_KEYS are those of a section [listener NAME]; without a default here it is that of [csta].
 */
#ifndef TANDEM_DAEMON_CONF_KEYS_H
#define TANDEM_DAEMON_CONF_KEYS_H

#define CONF_SECTIONS \
	"node, csta, listener NAME, application NAME, broadworks, devices, numbers, link NAME, pacemaker, http"

#define CONF_KEYS(XX) \
	XX("node", "name", NAME, node_name, 0, 0, "", LOCAL) \
	XX("node", "cluster", CLUSTER, clustered, 0, 0, "corosync", SHARED) \
	XX("node", "group", NAME, group, 1, 0, "tandem", SHARED) \
	XX("node", "state-dir", FILE, state_dir, 1, 0, "/var/lib/tandem", LOCAL) \
	XX("node", "copy-dir", FILE, copy_dir, 0, 0, "/run/tandem", LOCAL) \
	XX("node", "log-file", FILE, log_file, 0, 0, "", LOCAL) \
	XX("node", "log-level", LOG_LEVEL, log_level, 0, 0, "notice", LOCAL) \
	XX("node", "log-form", LOG_FORM, log_json, 0, 0, "text", LOCAL) \
	XX("node", "log-mask-numbers", YESNO, log_mask, 0, 0, "no", LOCAL) \
	XX("node", "log-rate", U32, log_rate, 0, 1000000, "1000", LOCAL) \
	XX("node", "log-syslog", TEXT, log_syslog, 0, 0, "", LOCAL) \
	XX("node", "control", NAME, control, 1, 0, "tandemd", LOCAL) \
	XX("node", "read-group", NAME, read_group, 0, 0, "", LOCAL) \
	XX("node", "operate-group", NAME, operate_group, 0, 0, "", LOCAL) \
	XX("node", "admin-group", NAME, admin_group, 0, 0, "", LOCAL) \
	XX("node", "replicate", REPLICATE, confirmed, 0, 0, "confirmed", SHARED) \
	XX("node", "fencing", YESNO, fencing, 0, 0, "yes", SHARED) \
	XX("node", "third-vote", YESNO, third_vote, 0, 0, "no", SHARED) \
	XX("node", "confirm-timeout-ms", I64, confirm_timeout_ms, 10, 60000, "200", SHARED) \
	XX("node", "beat-ms", I64, beat_ms, 10, 10000, "250", SHARED) \
	XX("node", "lease-ms", I64, lease_ms, 100, 120000, "4000", SHARED) \
	XX("node", "stall-ms", I64, stall_ms, 50, 60000, "500", SHARED) \
	XX("node", "lag-ms-max", I64, lag_ms_max, 100, 600000, "5000", SHARED) \
	XX("node", "resync-step-bytes", U32, snapshot_step_bytes, 4096, 100000000, "65536", LOCAL) \
	XX("node", "overload-outbox-mb", U32, overload_outbox_mb, 0, 65536, "256", SHARED) \
	XX("node", "overload-lag-ms", I64, overload_lag_ms, 0, 60000, "300", SHARED) \
	XX("node", "overload-behind", U32, overload_behind, 0, 10000000, "20000", SHARED) \
	XX("node", "overload-imminent-percent", U32, overload_imminent_percent, 50, 99, "75", \
		SHARED) \
	XX("node", "overload-relieved-percent", U32, overload_relieved_percent, 1, 49, "40", \
		SHARED) \
	XX("csta", "listen", LISTEN, listeners, 0, 0, "0.0.0.0:1040", SHARED) \
	XX("csta", "keepalive-s", I64, listeners[0].keepalive_s, 0, 32767, "30", SHARED) \
	XX("csta", "user-timeout-ms", I64, listeners[0].user_timeout_ms, 0, 3600000, "60000", \
		SHARED) \
	XX("csta", "virtual-address", ADDRESS, virtual_address, 0, 0, "", SHARED) \
	XX("csta", "user", TEXT, csta_user, 0, 0, "", SHARED) \
	XX("csta", "password", TEXT, csta_password, 0, 0, "", SECRET) \
	XX("csta", "password-file", FILE, csta_password_file, 0, 0, "", LOCAL) \
	XX("csta", "session-duration-s-max", I64, session_duration_s_max, 10, 86400, "3600", \
		SHARED) \
	XX("csta", "cleanup-delay-s", I64, cleanup_delay_s, 0, 86400, "120", SHARED) \
	XX("csta", "quiet-ms", I64, quiet_ms, 0, 60000, "0", SHARED) \
	XX("csta", "answer-first-ms", I64, answer_first_ms, 0, 10000, "500", SHARED) \
	XX("csta", "monitors-max", U32, monitors_max, 1, LIMIT_MONITORS, "200000", SHARED) \
	XX("csta", "sessions-max", U32, sessions_max, 1, LIMIT_SESSIONS, "4096", SHARED) \
	XX("csta", "connections-max", U32, connections_max_north, 1, LIMIT_CONNECTIONS, "4000", \
		SHARED) \
	XX("csta", "implicit-association", YESNO, implicit_association, 0, 0, "yes", SHARED) \
	XX("csta", "default-edition", EDITION, default_edition, 0, 0, "ed3", SHARED) \
	XX("csta", "resync-cause", CAUSE, resync_cause, 1, 0, "switchingFunctionTerminated", \
		SHARED) \
	XX("broadworks", "xsp", XSP, xsps, 0, 0, "", SHARED) \
	XX("broadworks", "user", TEXT, bw_user, 0, 0, "", SHARED) \
	XX("broadworks", "password", TEXT, bw_password, 0, 0, "", SECRET) \
	XX("broadworks", "password-file", FILE, bw_password_file, 0, 0, "", LOCAL) \
	XX("broadworks", "auth", AUTH, auth, 0, 0, "basic", SHARED) \
	XX("broadworks", "sip-user", TEXT, sip_user, 0, 0, "", SHARED) \
	XX("broadworks", "token-file", FILE, token_file, 0, 0, "", LOCAL) \
	XX("broadworks", "token-helper", FILE, token_helper, 0, 0, "", LOCAL) \
	XX("broadworks", "token-timeout-ms", I64, token_timeout_ms, 100, 60000, "5000", SHARED) \
	XX("broadworks", "auth-hold-s", I64, auth_hold_s, 10, 86400, "900", SHARED) \
	XX("broadworks", "ca-file", FILE, ca_file, 0, 0, "", LOCAL) \
	XX("broadworks", "cert-file", FILE, cert_file, 0, 0, "", LOCAL) \
	XX("broadworks", "key-file", FILE, key_file, 0, 0, "", LOCAL) \
	XX("broadworks", "proxy", PROXY, proxy, 0, 0, "", LOCAL) \
	XX("broadworks", "discovery", DISCOVERY, discovery, 0, 0, "list", SHARED) \
	XX("broadworks", "srv-name", SRV, srv, 0, 0, "", SHARED) \
	XX("broadworks", "srv-links-max", U32, srv_links_max, 1, LIMIT_XSPS, "4", SHARED) \
	XX("broadworks", "srv-refresh-s", I64, srv_refresh_s, 5, 86400, "300", SHARED) \
	XX("broadworks", "dns-server", TEXT, dns_server, 0, 0, "", LOCAL) \
	XX("broadworks", "channel-priority", U32, channel_priority, 1, 1000000, "1", SHARED) \
	XX("broadworks", "channel-weight", U32, channel_weight, 1, 1000000, "50", SHARED) \
	XX("broadworks", "channels-per-xsp", U32, channels_per_xsp, 1, 4, "1", SHARED) \
	XX("broadworks", "channels-max", U32, channels_max, 1, LIMIT_XSPS, "16", SHARED) \
	XX("broadworks", "priority-order", PRIORITY_ORDER, priority_order, 0, 0, "low-first", \
		SHARED) \
	XX("broadworks", "channel-set-mode", SET_MODE, set_mode, 0, 0, "stable", SHARED) \
	XX("broadworks", "follow-redirects", YESNO, follow_redirects, 0, 0, "yes", SHARED) \
	XX("broadworks", "redirect-hops-max", U32, redirect_hops_max, 1, 10, "3", SHARED) \
	XX("broadworks", "redirect-remember", YESNO, redirect_remember, 0, 0, "yes", SHARED) \
	XX("broadworks", "redirect-hosts", REDIRECT_HOSTS, redirect_hosts, 0, 0, "links", SHARED) \
	XX("broadworks", "request-rate", I64, request_rate, 0, 100000, "1000", SHARED) \
	XX("broadworks", "request-burst", I64, request_burst, 1, 100000, "200", SHARED) \
	XX("broadworks", "user-rate", I64, user_rate, 0, 10000, "20", SHARED) \
	XX("broadworks", "user-burst", I64, user_burst, 1, 10000, "40", SHARED) \
	XX("broadworks", "connections-max", U32, connections_max, 1, 64, "16", SHARED) \
	XX("broadworks", "reply-bytes-max", U32, reply_bytes_max, 1024, LIMIT_HTTP_BODY_BYTES, \
		"524288", SHARED) \
	XX("broadworks", "acks-in-flight", U32, acks_in_flight, 1, 1024, "32", SHARED) \
	XX("broadworks", "ack-delay-alarm-ms", I64, ack_delay_alarm_ms, 10, 600000, "3000", \
		SHARED) \
	XX("broadworks", "error", ERROR, errors, 0, 0, "", SHARED) \
	XX("broadworks", "broadworks-version", NAME, broadworks_version, 0, 0, "", SHARED) \
	XX("broadworks", "disposition-method", DISPOSITION, disposition_put, 0, 0, "post", SHARED) \
	XX("broadworks", "user-agent", TEXT, user_agent, 0, 0, "", SHARED) \
	XX("broadworks", "context-async", CONTEXT, context_async, 1, 0, \
		"/com.broadsoft.async/com.broadsoft.xsi-events/v2.0", SHARED) \
	XX("broadworks", "context-events", CONTEXT, context_events, 1, 0, \
		"/com.broadsoft.xsi-events/v2.0", SHARED) \
	XX("broadworks", "context-actions", CONTEXT, context_actions, 1, 0, \
		"/com.broadsoft.xsi-actions/v2.0", SHARED) \
	XX("broadworks", "cti-framing", CTI_FRAMING, cti_framing, 0, 0, "bare", SHARED) \
	XX("broadworks", "cti-declaration", YESNO, cti_declaration, 0, 0, "yes", SHARED) \
	XX("broadworks", "cti-credentials", CTI_CREDENTIALS, cti_credentials, 0, 0, "credentials", \
		SHARED) \
	XX("broadworks", "cti-session", CTI_SESSION, cti_session, 0, 0, "connection", SHARED) \
	XX("broadworks", "cti-request-namespace", YESNO, cti_request_namespace, 0, 0, "yes", \
		SHARED) \
	XX("broadworks", "cti-payload-namespace", YESNO, cti_payload_namespace, 0, 0, "no", \
		SHARED) \
	XX("broadworks", "cti-uri", CTI_URI, cti_uri, 0, 0, "literal", SHARED) \
	XX("broadworks", "cti-version", NAME, cti_version, 0, 0, "", SHARED) \
	XX("broadworks", "cti-keepalive", CTI_KEEPALIVE, cti_keepalive, 0, 0, "both", SHARED) \
	XX("broadworks", "cti-period-unit", CTI_PERIOD_UNIT, cti_period_unit, 0, 0, "s", SHARED) \
	XX("broadworks", "kpl-interval-s", I64, kpl_interval_s, 1, 600, "10", SHARED) \
	XX("broadworks", "kpl-tolerance", U32, kpl_tolerance, 0, 100, "3", SHARED) \
	XX("broadworks", "app-controller", TEXT, app_controller, 0, 0, "", SHARED) \
	XX("broadworks", "app-controller-check-s", I64, app_controller_check_s, 1, 3600, "60", \
		SHARED) \
	XX("broadworks", "default-domain", NAME, default_domain, 0, 0, "", SHARED) \
	XX("broadworks", "channel-set", NAME, channel_set, 1, 0, "tandem", SHARED) \
	XX("broadworks", "application-id", NAME, application_id, 1, 0, "tandem", SHARED) \
	XX("broadworks", "channel-expires-s", I64, channel_expires_s, 1, 2147483647, "3600", \
		SHARED) \
	XX("broadworks", "subscription-expires-s", I64, subscription_expires_s, 1, 2147483647, \
		"7200", SHARED) \
	XX("broadworks", "heartbeat-ms", I64, heartbeat_ms, 1000, 600000, "15000", SHARED) \
	XX("broadworks", "event-timeout-ms", I64, event_timeout_ms, 0, 3600000, "0", SHARED) \
	XX("broadworks", "heartbeat-document", YESNO, heartbeat_document, 0, 0, "yes", SHARED) \
	XX("broadworks", "wrong-xsp-tries", U32, wrong_xsp_tries, 0, LIMIT_XSPS, "1", SHARED) \
	XX("broadworks", "refresh-percent", U32, refresh_percent, 10, 90, "50", SHARED) \
	XX("broadworks", "link-recovery-ms", I64, link_recovery_ms, 0, 600000, "10000", SHARED) \
	XX("broadworks", "http-timeout-ms", I64, http_timeout_ms, 100, 120000, "5000", SHARED) \
	XX("broadworks", "silence-ms", I64, silence_ms, 1000, 600000, "35000", SHARED) \
	XX("broadworks", "retry-ms", I64, retry_ms, 10, 60000, "500", SHARED) \
	XX("broadworks", "retry-ms-max", I64, retry_ms_max, 10, 3600000, "30000", SHARED) \
	XX("broadworks", "retry-percent", U32, retry_percent, 100, 1000, "200", SHARED) \
	XX("broadworks", "retry-jitter-percent", U32, retry_jitter_percent, 0, 100, "25", SHARED) \
	XX("broadworks", "gap-wait-ms", I64, gap_wait_ms, 0, 10000, "250", SHARED) \
	XX("broadworks", "update-rate", I64, update_rate, 1, 100000, "500", SHARED) \
	XX("broadworks", "update-in-flight", U32, update_in_flight, 1, LIMIT_SOUTH_IN_FLIGHT, \
		"32", SHARED) \
	XX("broadworks", "audit-s", I64, audit_s, 10, 86400, "1800", SHARED) \
	XX("broadworks", "snapshot-wait-ms", I64, snapshot_wait_ms, 100, 60000, "3000", SHARED) \
	XX("broadworks", "duplicate-window", U32, duplicate_window, 0, 64, "32", SHARED) \
	XX("broadworks", "sequence-restart", RESTART, sequence_restart, 0, 0, "subscribe", SHARED) \
	XX("broadworks", "subscribe", SUBSCRIBE, subscribe, 0, 0, "device", SHARED) \
	XX("broadworks", "scope", SCOPE, scopes, 0, 0, "", SHARED) \
	XX("broadworks", "device-kind", DEVICE_KINDS, device_kinds, 0, 0, "auto", SHARED) \
	XX("broadworks", "user-packages", PACKAGES, user_packages, CORE_KIND_user, 0, \
		"Advanced Call, Call Center Agent, Do Not Disturb, Call Forwarding Always, " \
		"Call Forwarding Busy, Call Forwarding No Answer, Hoteling Guest, " \
		"Voice Mail Message Summary", \
		SHARED) \
	XX("broadworks", "queue-packages", PACKAGES, queue_packages, CORE_KIND_queue, 0, \
		"Call Center Queue", SHARED) \
	XX("broadworks", "route-point-packages", PACKAGES, route_point_packages, \
		CORE_KIND_route_point, 0, "Route Point Queue", SHARED) \
	XX("broadworks", "package-list", PACKAGE_LIST, package_list, 0, 0, "auto", SHARED) \
	XX("broadworks", "package-retry-s", I64, package_retry_s, 1, 86400, "1800", SHARED) \
	XX("broadworks", "leak-check-s", I64, leak_check_s, 0, 604800, "21600", SHARED) \
	XX("devices", "user", DEVICES, device_rules, CORE_KIND_user, 0, "", SHARED) \
	XX("devices", "queue", DEVICES, device_rules, CORE_KIND_queue, 0, "", SHARED) \
	XX("devices", "route-point", DEVICES, device_rules, CORE_KIND_route_point, 0, "", SHARED) \
	XX("numbers", "user", NUMBERS, number_rules, CONF_NUMBER_USER, 0, "", SHARED) \
	XX("numbers", "dial", NUMBERS, number_rules, CONF_NUMBER_DIAL, 0, "", SHARED) \
	XX("numbers", "show", NUMBERS, number_rules, CONF_NUMBER_SHOW, 0, "", SHARED) \
	XX("numbers", "country-code", NAME, country_code, 0, 0, "", SHARED) \
	XX("numbers", "national-prefix", NAME, national_prefix, 0, 0, "0", SHARED) \
	XX("numbers", "international-prefix", NAME, international_prefix, 0, 0, "00", SHARED) \
	XX("numbers", "devices-as", DEVICES_AS, devices_as, 0, 0, "short", SHARED) \
	XX("pacemaker", "tell", YESNO, tell_pacemaker, 0, 0, "yes", SHARED) \
	XX("pacemaker", "resource", NAME, resource, 1, 0, "tandemd", SHARED) \
	XX("pacemaker", "crm-resource", FILE, crm_resource, 1, 0, "/usr/sbin/crm_resource", LOCAL) \
	XX("http", "enabled", YESNO, http.enabled, 0, 0, "no", LOCAL) \
	XX("http", "address", ADDRESS, http.address, 1, 0, "127.0.0.1", LOCAL) \
	XX("http", "port", U16, http.port, 1, 65535, "9760", LOCAL) \
	XX("http", "show-users", YESNO, http.show_users, 0, 0, "no", LOCAL) \
	XX("http", "connections-max", U32, http.connections_max, 1, LIMIT_HTTP_CONNECTIONS, "64", \
		LOCAL) \
	XX("http", "connections-per-address-max", U32, http.per_address_max, 1, \
		LIMIT_HTTP_CONNECTIONS, "16", LOCAL) \
	XX("http", "request-ms", I64, http.request_ms, 100, 60000, "5000", LOCAL)

#define CONF_LISTENER_KEYS(XX) \
	XX("listener", "address", ADDRESS, address, 1, 0, "0.0.0.0", SHARED) \
	XX("listener", "port", U16, port, 1, 65535, "", SHARED) \
	XX("listener", "framing", FRAMING, framing, 0, 0, "annex-j", SHARED) \
	XX("listener", "default-edition", EDITION, default_edition, 0, 0, "", SHARED) \
	XX("listener", "tls", YESNO, tls, 0, 0, "no", SHARED) \
	XX("listener", "cert-file", FILE, cert_file, 0, 0, "", LOCAL) \
	XX("listener", "key-file", FILE, key_file, 0, 0, "", LOCAL) \
	XX("listener", "ca-file", FILE, ca_file, 0, 0, "", LOCAL) \
	XX("listener", "client-certificate", CLIENT_CERT, client_cert, 0, 0, "none", SHARED) \
	XX("listener", "tls-min", TLS_MIN, tls_min, 0, 0, "1.2", SHARED) \
	XX("listener", "tls-handshake-ms", I64, tls_handshake_ms, 100, 60000, "5000", SHARED) \
	XX("listener", "tls-pending-max", U32, tls_pending_max, 1, LIMIT_CONNECTIONS, "64", \
		SHARED) \
	XX("listener", "keepalive-s", I64, keepalive_s, 0, 32767, "", SHARED) \
	XX("listener", "user-timeout-ms", I64, user_timeout_ms, 0, 3600000, "", SHARED)

#define CONF_LINK_KEYS(XX) \
	XX("link", "host", HOST, host, 1, 0, "", SHARED) \
	XX("link", "port", U16, port, 1, 65535, "", SHARED) \
	XX("link", "transport", TRANSPORT, transport, 0, 0, "http", SHARED) \
	XX("link", "tls", YESNO, tls, 0, 0, "no", SHARED) \
	XX("link", "priority", U32, priority, 1, 1000000, "", SHARED) \
	XX("link", "weight", U32, weight, 1, 1000000, "", SHARED) \
	XX("link", "kpl-interval-s", I64, kpl_interval_s, 1, 600, "", SHARED) \
	XX("link", "kpl-tolerance", U32, kpl_tolerance, 0, 100, "", SHARED) \
	XX("link", "proxy", PROXY, proxy, 0, 0, "", LOCAL) \
	XX("link", "ca-file", FILE, ca_file, 0, 0, "", LOCAL) \
	XX("link", "cert-file", FILE, cert_file, 0, 0, "", LOCAL) \
	XX("link", "key-file", FILE, key_file, 0, 0, "", LOCAL) \
	XX("link", "auth", AUTH, auth, 0, 0, "", SHARED) \
	XX("link", "user", TEXT, user, 0, 0, "", SHARED) \
	XX("link", "password", TEXT, password, 0, 0, "", SECRET) \
	XX("link", "password-file", FILE, password_file, 0, 0, "", LOCAL) \
	XX("link", "sip-user", TEXT, sip_user, 0, 0, "", SHARED) \
	XX("link", "token-file", FILE, token_file, 0, 0, "", LOCAL) \
	XX("link", "token-helper", FILE, token_helper, 0, 0, "", LOCAL)

#define CONF_APPLICATION_KEYS(XX) \
	XX("application", "user", USERS, users, 0, 0, "", SHARED) \
	XX("application", "password", TEXT, password, 0, 0, "", SECRET) \
	XX("application", "password-file", FILE, password_file, 0, 0, "", LOCAL) \
	XX("application", "login-file", FILE, login_file, 0, 0, "", LOCAL) \
	XX("application", "certificate", TEXT, certificate, 0, 0, "", SHARED) \
	XX("application", "addresses", NETWORKS, addresses, 0, 0, "", SHARED) \
	XX("application", "devices", PATTERNS, devices, 0, 0, "", SHARED) \
	XX("application", "services", SERVICES, services, 0, 0, "", SHARED) \
	XX("application", "monitoring-only", YESNO, monitoring_only, 0, 0, "no", SHARED) \
	XX("application", "sessions-max", U32, sessions_max, 0, LIMIT_SESSIONS, "0", SHARED) \
	XX("application", "monitors-max", U32, monitors_max, 0, LIMIT_MONITORS, "0", SHARED) \
	XX("application", "request-rate", I64, request_rate, 0, 100000, "0", SHARED)

#endif
