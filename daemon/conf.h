/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of a node: text in, checked structure out. Reading files is the adapters' business.
 *
 * INI form. An error names file, line, key and what is allowed. conf_hash() covers what must be equal on both
 * nodes (everything but [node] name, paths and log settings), so that the peer can tell when it is not.
 */
#ifndef TANDEM_DAEMON_CONF_H
#define TANDEM_DAEMON_CONF_H

#include "core/package.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

#include <stdbool.h>
#include <stdint.h>

/* Choices of the links; their words are in conf_value.c, in this order. */
enum conf_transport {
	CONF_HTTP, /* Xsi over HTTP(S) */
	CONF_CTI,  /* the CTI envelope over TCP(S) */
};

enum conf_auth {
	CONF_AUTH_BASIC,
	CONF_AUTH_BEARER_FILE,   /* the token is the content of token-file */
	CONF_AUTH_BEARER_HELPER, /* the token is what token-helper prints */
	CONF_AUTH_CERT,          /* the certificate of the TLS connection says who we are */
	CONF_AUTH_SIP,           /* the user's SIP credentials */
};

enum conf_discovery {
	CONF_DISCOVERY_LIST,
	CONF_DISCOVERY_SRV,
};

enum conf_priority_order {
	CONF_LOW_FIRST, /* the link with the lowest number is asked first */
	CONF_HIGH_FIRST,
	CONF_PRIORITY_IGNORED,
};

enum conf_set_mode {
	CONF_SET_STABLE, /* one name for ever: subscriptions outlive a takeover */
	CONF_SET_PER_EPOCH, /* the name has the epoch in it: nothing of the node before is left in it */
};

enum conf_redirect_hosts {
	CONF_REDIRECT_LINKS, /* only to hosts that are links themselves */
	CONF_REDIRECT_ANY,
};

/* One eventPackageList subscription for all packages of a device? */
enum conf_package_list {
	CONF_LIST_AUTO, /* yes, until BroadWorks refuses one and takes single ones */
	CONF_LIST_YES,
	CONF_LIST_NO,
};

/* What is subscribed to. */
enum conf_subscribe {
	CONF_SUBSCRIBE_DEVICE,
	CONF_SUBSCRIBE_GROUP, /* `scope` = ENTERPRISE/GROUP */
	CONF_SUBSCRIBE_ENTERPRISE,
	CONF_SUBSCRIBE_SERVICE_PROVIDER, /* as an enterprise, under the other name */
	CONF_SUBSCRIBE_SYSTEM, /* without `scope`: for accounts of system administrators */
};

enum conf_device_kinds {
	CONF_KIND_AUTO, /* what [devices] does not name is found out by subscribing */
	CONF_KIND_CONFIGURED,
};

/* Numbers of a subscription that begin anew. */
enum conf_restart {
	CONF_RESTART_SUBSCRIBE, /* the device is asked; if that brings only old numbers, subscribed to anew */
	CONF_RESTART_SNAPSHOT, /* a snapshot that was asked for may have any number */
	CONF_RESTART_ANY, /* any event with number 1 that was not seen before begins a new count */
};

enum conf_cti_framing {
	CONF_CTI_BARE,
	CONF_CTI_LF,
	CONF_CTI_CRLF,
	CONF_CTI_NUL,
	CONF_CTI_LENGTH,
};

enum conf_cti_credentials {
	CONF_CTI_CREDENTIALS,
	CONF_CTI_SSO,
	CONF_CTI_AUTHORIZATION,
};

enum conf_cti_session {
	CONF_CTI_PER_CONNECTION,
	CONF_CTI_PER_REQUEST,
};

enum conf_cti_uri {
	CONF_CTI_LITERAL,
	CONF_CTI_ESCAPED,
	CONF_CTI_SUBSTITUTED,
};

enum conf_cti_keepalive {
	CONF_CTI_BOTH,
	CONF_CTI_ANSWER,
};

enum conf_cti_unit {
	CONF_CTI_SECONDS,
	CONF_CTI_MILLISECONDS,
};

/*
 * A link: a way to an XSP, made of `xsp = URL`, of a section [link NAME], or of a srv-name, whose links get their
 * host when the name is resolved. Complete: what a section does not say was taken from [broadworks], but for the
 * password, see conf_link_password().
 */
struct conf_xsp {
	char name
		[64]; /* host:port as written, the NAME of the section, or srvN-M: for logs and status */
	char base_url[192]; /* http://host:port or https://host:port */
	char host[128];     /* without brackets; "" = not known before SRV says it */
	uint16_t port;      /* 0 = that of the scheme */
	int transport;      /* enum conf_transport */
	bool tls;
	bool is_url;  /* made of `xsp = URL` */
	uint32_t srv; /* 1 + index in conf.srv; 0 = not of a srv-name */
	uint32_t
		primary; /* index of the first link to the same XSP: several channels share its rate */
	uint32_t priority, weight;
	int64_t kpl_interval_s;
	uint32_t kpl_tolerance;
	char proxy[192];
	char ca_file[192], cert_file[192], key_file[192];
	int auth; /* enum conf_auth */
	bool own_password;
	char user[LIMIT_USER_ID];
	char password[128]; /* only if own_password */
	char password_file[192];
	char sip_user[LIMIT_USER_ID];
	char token_file[192], token_helper[192];
};

struct conf_srv {
	char name[128]; /* "_xsi-client._tcp.example.com" */
	int transport;
	bool tls;
};

/* How messages are kept apart on a connection; see proto/csta_codec.h. */
enum conf_framing {
	CONF_FRAMING_ANNEX_J, /* a prefix with length and invoke ID */
	CONF_FRAMING_NUL,     /* each document is ended by a zero byte */
};

enum conf_client_cert {
	CONF_CLIENT_CERT_NONE,
	CONF_CLIENT_CERT_OPTIONAL, /* one that is shown must be good */
	CONF_CLIENT_CERT_REQUIRED,
};

enum conf_tls_min {
	CONF_TLS_1_2,
	CONF_TLS_1_3,
};

/* Where clients connect: that of [csta], then those of sections [listener NAME]. */
struct conf_listener {
	char name[64];    /* "csta", or the NAME of the section */
	char address[64]; /* "" = listen = none: this one is not opened */
	uint16_t port;
	int framing;             /* enum conf_framing */
	char default_edition[8]; /* "" = that of [csta] */
	bool tls;
	char cert_file[192], key_file[192]; /* of this node */
	char ca_file[192];                  /* who signs the certificates of clients */
	int client_cert;                    /* enum conf_client_cert */
	int tls_min;                        /* enum conf_tls_min */
	int64_t tls_handshake_ms;           /* 5000 */
	uint32_t tls_pending_max;           /* 64 handshakes at a time */
	int64_t keepalive_s;                /* 30; 0 = no TCP keep-alive */
	int64_t user_timeout_ms; /* 60000: unacknowledged output ends a connection; 0 = as the system does */
};

/* What an answer means instead of what its HTTP status means. */
struct conf_error {
	uint32_t code;   /* errorCode of the body, or an HTTP status below 600 */
	uint32_t action; /* index in conf_error_words */
};

/* Of what kind a device is: a device, a range, or a pattern. */
struct conf_device_rule {
	enum core_device_kind kind;
	char text[96];
};

/* What a rule of [numbers] is for. */
enum conf_number_use {
	CONF_NUMBER_USER, /* a number of a user, and his user id */
	CONF_NUMBER_DIAL, /* what clients dial, and what BroadWorks is given to dial */
	CONF_NUMBER_SHOW, /* what BroadWorks tells, and what clients are shown */
};

/* How clients are told of users. */
enum conf_devices_as {
	CONF_AS_SHORT,  /* by a number of their own, else without the default domain */
	CONF_AS_NUMBER, /* by the number that a rule makes of the user id, else as before */
	CONF_AS_USER,   /* by the user id */
};

/* A pattern and what becomes of it: proto/base/rewrite.h. */
struct conf_number_rule {
	enum conf_number_use use;
	char from[48];
	char to[LIMIT_USER_ID];
};

/*
 * Who may come and what it may do: a section [application NAME]. Lists have ", " between their words; "" does not
 * restrict. A login is one of `users` with the password; who has no users is known by address or certificate alone.
 */
struct conf_application {
	char name[64];
	char users[256];
	char password[128];
	char password_file[192]; /* "" = none; the adapters read it into password */
	char login_file[192];    /* hashed passwords, each user has its own; "" = none */
	char certificate
		[192]; /* a name of the client's certificate: "cn:NAME", "dns:NAME"; NAME is either */
	char addresses[512];                 /* networks: 10.0.0.0/8, 2001:db8::1 */
	char devices[2048];                  /* as those of [devices] */
	char services[1024];                 /* names of requests */
	bool monitoring_only;                /* it controls nothing */
	uint32_t sessions_max, monitors_max; /* of all its sessions; 0 = no limit of its own */
	int64_t request_rate;                /* of all its sessions, a second; 0 = no limit */
};

/* The page of this node: status, health and metrics over HTTP. */
struct conf_http {
	bool enabled;
	char address[64];
	uint16_t port;
	bool show_users; /* no: users, numbers and addresses of clients are masked */
	uint32_t connections_max, per_address_max;
	int64_t request_ms; /* from the connection, or the answer before, to the end of the answer */
};

#define CONF_APPLICATIONS LIMIT_APPLICATIONS
#define CONF_DEVICE_RULES 256
#define CONF_NUMBER_RULES 512
#define CONF_SCOPES 16
#define CONF_SRV_NAMES 4
#define CONF_ERRORS 64

struct conf {
	/* [node] */
	char node_name[64]; /* "" = the adapters take the name of the host */
	bool clustered;     /* cluster = corosync | none */
	char group[32];     /* CPG group, default "tandem" */
	char state_dir[192];
	char copy_dir[192];   /* "" = the state is not kept on the host */
	char log_file[192];   /* "" = stderr */
	int log_level;        /* enum log_level */
	int log_json;         /* log-form = text | json */
	bool log_mask;        /* digits of telephone numbers are not written */
	char log_syslog[108]; /* path of a socket, or "ADDRESS:PORT"; "" = none */
	uint32_t log_rate;    /* lines of one message in ten seconds; 0 = no limit */
	char file[192];       /* where it was read; "" = from nowhere */
	char control[64];     /* name of the control socket, default "tandemd" */
	char read_group[64], operate_group[64],
		admin_group[64];      /* who may ask what: daemon/ctl.h */
	bool confirmed;               /* replicate = confirmed | async */
	bool fencing;                 /* fencing = yes | no */
	bool third_vote;              /* quorum decides which side of a cut goes on */
	int64_t confirm_timeout_ms;   /* 200 */
	int64_t beat_ms;              /* 250 */
	int64_t lease_ms;             /* 4000 */
	int64_t stall_ms;             /* 1000 */
	int64_t lag_ms_max;           /* 5000 */
	uint32_t snapshot_step_bytes; /* 65536 */

	/* [csta] */
	struct conf_listener listeners[LIMIT_LISTENERS]; /* [0] is that of [csta] */
	uint32_t listener_count;
	char virtual_address[64]; /* "" = none: clients of the other node are not nudged */
	char csta_user[LIMIT_SESSION_USER];
	char csta_password[128];
	char csta_password_file[192];   /* "" = none; the adapters read it into csta_password */
	int64_t session_duration_s_max; /* 3600 */
	int64_t cleanup_delay_s;        /* 120: how long a session without a connection is kept */
	/* overload, see load.h: what waits for clients, how late the loop comes, deltas that wait for the standby; 0 = does
	 * not count */
	uint32_t overload_outbox_mb, overload_behind;
	int64_t overload_lag_ms;
	uint32_t overload_imminent_percent, overload_relieved_percent;
	int64_t answer_first_ms; /* so long events wait for the answer to the request that may have caused them */
	int64_t quiet_ms; /* 0: a device confirmed within this time after a takeover is not reported */
	uint32_t monitors_max;
	uint32_t sessions_max, connections_max_north;
	bool implicit_association; /* yes: a first CSTA request opens a session without ECMA-354 */
	char default_edition[8];   /* ed3 */
	char resync_cause
		[64]; /* switchingFunctionTerminated: cause for parties BroadWorks no longer lists */

	/* [application NAME] */
	struct conf_application applications[CONF_APPLICATIONS];
	uint32_t application_count;

	/* [broadworks] */
	struct conf_xsp xsps[LIMIT_XSPS];
	uint32_t xsp_count;
	char bw_user[LIMIT_USER_ID];
	char bw_password[128];
	char bw_password_file[192]; /* as csta_password_file */
	int auth;                   /* enum conf_auth */
	char sip_user[LIMIT_USER_ID];
	char token_file[192], token_helper[192];
	int64_t token_timeout_ms; /* 5000 */
	int64_t auth_hold_s;      /* 900: how long a refused account is left alone */
	char ca_file[192]; /* certificates of authorities for TLS; "" = those of the system */
	char cert_file[192], key_file[192]; /* our own certificate; "" = none */
	char proxy[192];                    /* "" = none */
	int discovery;                      /* enum conf_discovery */
	struct conf_srv srv[CONF_SRV_NAMES];
	uint32_t srv_count;
	uint32_t srv_links_max; /* 4: links of one srv-name */
	int64_t srv_refresh_s;  /* 300 */
	char dns_server[64];    /* address or address:port; "" = those of the system */
	uint32_t channel_priority, channel_weight;
	uint32_t channels_per_xsp; /* 1 */
	uint32_t channels_max;     /* 16, of the set */
	int priority_order, set_mode;
	bool follow_redirects;
	uint32_t redirect_hops_max; /* 3 */
	bool redirect_remember;     /* yes: the target is asked at once the next time */
	int redirect_hosts;
	int64_t request_rate, request_burst; /* of one XSP: a second; rate 0 = no limit */
	int64_t user_rate, user_burst;       /* of one user */
	uint32_t connections_max; /* 16 HTTP connections to one XSP, streams not counted */
	uint32_t reply_bytes_max;
	uint32_t acks_in_flight;    /* 32 on one channel */
	int64_t ack_delay_alarm_ms; /* 3000 */
	struct conf_error errors[CONF_ERRORS];
	uint32_t error_count;
	int disposition_put;         /* 1: disposition codes are set by PUT, 0: by POST */
	char broadworks_version[16]; /* "20.0"; "" = not said */
	char user_agent[64];         /* "" = tandem/VERSION */
	char context_async[128], context_events[128], context_actions[128];
	int cti_framing, cti_credentials, cti_session, cti_uri, cti_keepalive, cti_period_unit;
	bool cti_declaration;       /* documents begin with an XML declaration */
	bool cti_request_namespace; /* the request element has the CTI namespace */
	bool cti_payload_namespace; /* payload of a request has that of the envelope */
	char cti_version[16];       /* of request envelopes; "" = that of the schema */
	int64_t kpl_interval_s;     /* 10 */
	uint32_t kpl_tolerance;     /* 3 */
	char app_controller[128];   /* "" = none */
	int64_t app_controller_check_s;
	char default_domain[LIMIT_USER_ID]; /* appended to a device id without '@'; "" = none */
	char channel_set[128];
	char application_id[128];
	int64_t channel_expires_s;      /* 3600 */
	int64_t subscription_expires_s; /* 7200 */
	int64_t heartbeat_ms;           /* 15000 */
	int64_t event_timeout_ms;       /* 0 = not known; heartbeats at least twice as often */
	bool heartbeat_document;  /* yes: only bytes prove that a stream lives, no: 200 does */
	uint32_t wrong_xsp_tries; /* 1: links that are asked when one answers 404 */
	uint32_t refresh_percent; /* 50: when a grant is renewed, as a share of it */
	int64_t link_recovery_ms; /* 10000: a link that was well for so long has no bad history */
	int64_t http_timeout_ms;  /* 5000 */
	int64_t silence_ms;       /* 35000: a stream without any byte for this long is lost */
	int64_t retry_ms;         /* 500: first back-off */
	int64_t retry_ms_max;     /* 30000 */
	uint32_t retry_percent;   /* 200: each back-off is twice the one before */
	uint32_t retry_jitter_percent; /* 25 */
	int64_t gap_wait_ms;           /* 250: how long a missing sequence number may be late */
	int64_t update_rate;           /* 500 UpdateSubscription requests a second */
	uint32_t update_in_flight;     /* 32 */
	int64_t audit_s; /* 1800: each subscription is renewed when this time, up to a third more, is over */
	int64_t snapshot_wait_ms;  /* 3000: an ask without a snapshot for so long has failed */
	uint32_t duplicate_window; /* 8: ids of events that are remembered for each subscription */
	int sequence_restart;      /* enum conf_restart */
	int subscribe;             /* enum conf_subscribe */
	char scopes[CONF_SCOPES][256];
	uint32_t scope_count;
	int device_kinds;       /* enum conf_device_kinds */
	uint32_t user_packages; /* CORE_PACKAGE_BIT()s for each kind of device */
	uint32_t queue_packages;
	uint32_t route_point_packages;
	int package_list;     /* enum conf_package_list */
	int64_t leak_check_s; /* 21600: how often leaked subscriptions are looked for; 0 = never */
	int64_t package_retry_s; /* 1800: when a package that was refused is tried again */

	/* [devices] */
	struct conf_device_rule device_rules[CONF_DEVICE_RULES];
	uint32_t device_rule_count;

	/* [numbers] */
	struct conf_number_rule number_rules[CONF_NUMBER_RULES];
	uint32_t number_rule_count;
	char country_code[8];         /* "49"; "" = numbers are taken as they are written */
	char national_prefix[8];      /* "0" */
	char international_prefix[8]; /* "00" */
	int devices_as;               /* enum conf_devices_as */

	/* [pacemaker] */
	bool tell_pacemaker;
	char resource[64];
	char crm_resource[192];

	/* [http] */
	struct conf_http http;
};

/** Everything at its default. */
void conf_defaults(struct conf *c);

/** Parses `text` (NUL-terminated) over the defaults; `file` is for messages. 0 or E_CONFIG with `e` ("file:line: key: what is allowed"). */
int conf_parse(struct conf *c, const char *file, const char *text, struct err *e)
	__attribute__((warn_unused_result));

/** Canonical print: parsing it again gives the same configuration. Passwords are printed as given only if `secrets`. */
void conf_print(const struct conf *c, bool secrets, struct buf *out);

/** May the key be changed while the daemon runs (SIGHUP, tandemctl config reload)? */
bool conf_is_live(const char *section, const char *key);
/** Appends the names of the keys that differ and need a restart, with ", " between them; how many there are. */
uint32_t conf_changed(const struct conf *now, const struct conf *then, struct buf *names);

/** The words of `error = CODE WORD`, closed by NULL; conf_error.action is an index of it. */
extern const char *const conf_error_words[];

/** Password of a link: its own, or that of [broadworks]. */
const char *conf_link_password(const struct conf *c, uint32_t xsp);

/** Does the rule name one device, neither a range nor a pattern? */
bool conf_device_is_single(const struct conf_device_rule *r);
/**
 * The kind of a device by [devices]; false and CORE_KIND_user: none does.
 * `device` as clients name it, `user` as BroadWorks does.
 */
bool conf_device_kind(
	const struct conf *c, struct str device, struct str user, enum core_device_kind *kind);

/** Is the word (or both words, of which one may be "") in a list of devices, ranges and patterns, as [devices] has them? */
bool conf_device_listed(const char *list, struct str device, struct str user);

/** Is the address ("10.1.2.3:5", "[::1]:5") in a list of networks? One that is mapped into IPv6 counts as IPv4. */
bool conf_address_listed(const char *list, struct str peer);

/** Is the word in a list? */
bool conf_word_listed(const char *list, struct str word);

/** The period of heartbeats that goes with event-timeout-ms. */
int64_t conf_heartbeat_ms(const struct conf *c);

/** Hash over all that both nodes must agree on; secrets count, but cannot be read back. */
uint64_t conf_hash(const struct conf *c);

#endif
