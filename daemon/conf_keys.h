/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of configuration keys: what conf.c parses, prints, hashes and names in its messages.
 *
 * XX(section, key, kind, member, min, max, default, place)
 *   kind     TEXT, NAME (letters, digits, -._), ADDRESS (IP or empty), FILE (absolute path or empty),
 *            YESNO, CLUSTER, REPLICATE, EDITION, CAUSE, I64, U32, and LISTEN and XSP, which fill several members
 *   min, max of numbers; for texts min 1 means "not empty"
 *   default  as it would be written
 *   place    SHARED: must be equal on both nodes (counts in conf_hash()); LOCAL: of this node alone;
 *            SECRET: shared, printed only on demand
 */
#ifndef TANDEM_DAEMON_CONF_KEYS_H
#define TANDEM_DAEMON_CONF_KEYS_H

#define CONF_SECTIONS "node, csta, broadworks, pacemaker"

#define CONF_KEYS(XX) \
	XX("node", "name", NAME, node_name, 0, 0, "", LOCAL) \
	XX("node", "cluster", CLUSTER, clustered, 0, 0, "corosync", SHARED) \
	XX("node", "group", NAME, group, 1, 0, "tandem", SHARED) \
	XX("node", "state-dir", FILE, state_dir, 1, 0, "/var/lib/tandem", LOCAL) \
	XX("node", "log-file", FILE, log_file, 0, 0, "", LOCAL) \
	XX("node", "control", NAME, control, 1, 0, "tandemd", LOCAL) \
	XX("node", "replicate", REPLICATE, confirmed, 0, 0, "confirmed", SHARED) \
	XX("node", "fencing", YESNO, fencing, 0, 0, "yes", SHARED) \
	XX("node", "confirm-timeout-ms", I64, confirm_timeout_ms, 10, 60000, "200", SHARED) \
	XX("node", "beat-ms", I64, beat_ms, 10, 10000, "250", SHARED) \
	XX("node", "lease-ms", I64, lease_ms, 100, 120000, "4000", SHARED) \
	XX("node", "stall-ms", I64, stall_ms, 50, 60000, "1000", SHARED) \
	XX("node", "lag-ms-max", I64, lag_ms_max, 100, 600000, "5000", SHARED) \
	XX("csta", "listen", LISTEN, listen_address, 0, 0, "0.0.0.0:1040", SHARED) \
	XX("csta", "virtual-address", ADDRESS, virtual_address, 0, 0, "", SHARED) \
	XX("csta", "user", TEXT, csta_user, 0, 0, "", SHARED) \
	XX("csta", "password", TEXT, csta_password, 0, 0, "", SECRET) \
	XX("csta", "password-file", FILE, csta_password_file, 0, 0, "", LOCAL) \
	XX("csta", "session-duration-s-max", I64, session_duration_s_max, 10, 86400, "3600", \
		SHARED) \
	XX("csta", "cleanup-delay-s", I64, cleanup_delay_s, 0, 86400, "120", SHARED) \
	XX("csta", "quiet-ms", I64, quiet_ms, 0, 60000, "0", SHARED) \
	XX("csta", "monitors-max", U32, monitors_max, 1, LIMIT_MONITORS, "200000", SHARED) \
	XX("csta", "implicit-association", YESNO, implicit_association, 0, 0, "yes", SHARED) \
	XX("csta", "default-edition", EDITION, default_edition, 0, 0, "ed3", SHARED) \
	XX("csta", "resync-cause", CAUSE, resync_cause, 1, 0, "switchingFunctionTerminated", \
		SHARED) \
	XX("broadworks", "xsp", XSP, xsps, 0, 0, "", SHARED) \
	XX("broadworks", "user", TEXT, bw_user, 0, 0, "", SHARED) \
	XX("broadworks", "password", TEXT, bw_password, 0, 0, "", SECRET) \
	XX("broadworks", "password-file", FILE, bw_password_file, 0, 0, "", LOCAL) \
	XX("broadworks", "ca-file", FILE, ca_file, 0, 0, "", LOCAL) \
	XX("broadworks", "default-domain", NAME, default_domain, 0, 0, "", SHARED) \
	XX("broadworks", "channel-set", NAME, channel_set, 1, 0, "tandem", SHARED) \
	XX("broadworks", "application-id", NAME, application_id, 1, 0, "tandem", SHARED) \
	XX("broadworks", "channel-expires-s", I64, channel_expires_s, 60, 86400, "3600", SHARED) \
	XX("broadworks", "subscription-expires-s", I64, subscription_expires_s, 60, 86400, "7200", \
		SHARED) \
	XX("broadworks", "heartbeat-ms", I64, heartbeat_ms, 1000, 60000, "15000", SHARED) \
	XX("broadworks", "http-timeout-ms", I64, http_timeout_ms, 100, 120000, "5000", SHARED) \
	XX("broadworks", "silence-ms", I64, silence_ms, 1000, 600000, "35000", SHARED) \
	XX("broadworks", "retry-ms", I64, retry_ms, 10, 60000, "500", SHARED) \
	XX("broadworks", "retry-ms-max", I64, retry_ms_max, 10, 3600000, "30000", SHARED) \
	XX("broadworks", "gap-wait-ms", I64, gap_wait_ms, 0, 10000, "250", SHARED) \
	XX("broadworks", "update-rate", I64, update_rate, 1, 100000, "500", SHARED) \
	XX("broadworks", "update-in-flight", U32, update_in_flight, 1, LIMIT_SOUTH_IN_FLIGHT, \
		"32", SHARED) \
	XX("broadworks", "audit-s", I64, audit_s, 10, 86400, "1800", SHARED) \
	XX("pacemaker", "tell", YESNO, tell_pacemaker, 0, 0, "yes", SHARED) \
	XX("pacemaker", "resource", NAME, resource, 1, 0, "tandemd", SHARED) \
	XX("pacemaker", "crm-resource", FILE, crm_resource, 1, 0, "/usr/sbin/crm_resource", LOCAL)

#endif
