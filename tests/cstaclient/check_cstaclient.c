/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cstaclient as a whole on loopback, against a small server in a thread that follows a script and
 * speaks the wire format by its own few lines. The script also plays the operator at the control
 * socket. A script that is not followed stops the client by SIGTERM and fails the test.
 */
#include <arpa/inet.h>
#include <check.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/cstaclient/cc_app.h"

#define NS "http://www.ecma-international.org/standards/ecma-323/csta/ed6"
#define NS_APPL "http://www.ecma-international.org/standards/ecma-354/appl_session"
#define PATIENCE_S 10

static struct {
	int listener;
	int port;
	int fd;      /* the connection of the client, -1 = none */
	int control; /* to the control socket */
	char control_path[108];
	char journal_path[108];
	char folder[80];
	char xml[65536]; /* the last message of the client */
	char fault[512]; /* why the script failed */
	int probes;      /* answered */
	json_t *account;
} srv;

static void fail_script(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void
fail_script(const char *format, ...)
{
	va_list ap;

	if (srv.fault[0] != '\0')
		return;
	va_start(ap, format);
	(void)vsnprintf(srv.fault, sizeof(srv.fault), format, ap);
	va_end(ap);
	(void)kill(getpid(), SIGTERM);
}

static void
set_patience(int fd)
{
	struct timeval patience = { PATIENCE_S, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static void
open_server(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	srv.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(srv.listener, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(srv.listener, 8), 0);
	ck_assert_int_eq(getsockname(srv.listener, (struct sockaddr *)&a, &n), 0);
	set_patience(srv.listener);
	srv.port = ntohs(a.sin_port);
}

/* --- the server's side of the wire --- */

static void
take_client(void)
{
	if (srv.fault[0] != '\0')
		return;
	srv.fd = accept(srv.listener, NULL, NULL);
	if (srv.fd < 0)
		fail_script("nobody connects");
	else
		set_patience(srv.fd);
}

static void
drop_client(void)
{
	struct linger now = { 1, 0 };

	if (srv.fd < 0)
		return;
	(void)setsockopt(srv.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)); /* RST */
	(void)close(srv.fd);
	srv.fd = -1;
}

static void
send_xml(unsigned id, const char *xml)
{
	size_t n = strlen(xml) + 8;
	char frame[65536];

	if (srv.fault[0] != '\0')
		return;
	frame[0] = 0;
	frame[1] = 0;
	frame[2] = (char)(n >> 8);
	frame[3] = (char)(n & 0xff);
	(void)snprintf(frame + 4, sizeof(frame) - 4, "%04u%s", id % 10000, xml);
	if (write(srv.fd, frame, n) != (ssize_t)n)
		fail_script("cannot send");
}

static int
read_exactly(void *p, size_t n)
{
	return recv(srv.fd, p, n, MSG_WAITALL) == (ssize_t)n ? 0 : -1;
}

/* Reads one message into srv.xml; returns its invoke id. */
static unsigned
read_message(void)
{
	unsigned char prefix[8];
	size_t n;

	srv.xml[0] = '\0';
	if (srv.fault[0] != '\0' || read_exactly(prefix, 8) != 0)
		return 0;
	n = (((size_t)prefix[2] << 8) | prefix[3]) - 8;
	if (prefix[0] != 0 || prefix[1] != 0 || read_exactly(srv.xml, n) != 0)
		return 0;
	srv.xml[n] = '\0';
	return (unsigned)strtoul(
		(char[]){ (char)prefix[4], (char)prefix[5], (char)prefix[6], (char)prefix[7], 0 },
		NULL, 10);
}

#define STATUS_ANSWER \
	"<RequestSystemStatusResponse xmlns='" NS "'><systemStatus>normal</systemStatus>" \
	"</RequestSystemStatusResponse>"

static bool
is_root(const char *root)
{
	char want[80];

	(void)snprintf(want, sizeof(want), "?><%s xmlns", root);
	return strstr(srv.xml, want) != NULL;
}

/* The client has to send `root`; probes before it are answered. Returns the invoke id. */
static unsigned
expect(const char *root)
{
	unsigned id = read_message();

	while (is_root("RequestSystemStatus") && strcmp(root, "RequestSystemStatus") != 0) {
		srv.probes++;
		send_xml(id, STATUS_ANSWER);
		id = read_message();
	}
	if (!is_root(root))
		fail_script("%s was to come, not: %.300s", root, srv.xml);
	return id;
}

static void
expect_text(const char *text)
{
	if (strstr(srv.xml, text) == NULL)
		fail_script("\"%s\" is not in: %.300s", text, srv.xml);
}

/* Goes on answering probes until `count` more of them came. */
static void
answer_probes(int count)
{
	for (int i = 0; i < count; i++)
		send_xml(expect("RequestSystemStatus"), STATUS_ANSWER);
}

/* --- the operator --- */

static void
open_control(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (srv.fault[0] != '\0')
		return;
	srv.control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)memcpy(a.sun_path, srv.control_path, sizeof(a.sun_path));
	set_patience(srv.control);
	if (connect(srv.control, (struct sockaddr *)&a, sizeof(a)) != 0)
		fail_script("no control socket at %s", srv.control_path);
}

static void
tell(const char *command)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "%s\n", command);

	if (srv.fault[0] == '\0' && write(srv.control, line, (size_t)n) != n)
		fail_script("cannot write to the control socket");
}

static json_t *
hear(void)
{
	static char line[65536];
	size_t n = 0;
	json_t *reply;

	while (n < sizeof(line) - 1 && (n == 0 || line[n - 1] != '\n'))
		if (srv.fault[0] != '\0' || recv(srv.control, line + n, 1, 0) != 1)
			break;
		else
			n++;
	line[n] = '\0';
	reply = json_loads(line, 0, NULL);
	if (reply == NULL)
		fail_script("no reply from the control socket");
	return reply;
}

/* The next reply must hold `text` in its JSON. */
static void
hear_text(const char *text)
{
	json_t *reply = hear();
	char *dump = json_dumps(reply, JSON_COMPACT);

	if (dump == NULL || strstr(dump, text) == NULL)
		fail_script("\"%s\" is not in %.300s", text, dump ? dump : "?");
	free(dump);
	json_decref(reply);
}

/* Sends a command; the reply must hold `text` in its JSON. */
static void
ask(const char *command, const char *text)
{
	tell(command);
	hear_text(text);
}

/* --- scripts --- */

#define START_POS \
	"<StartApplicationSessionPosResponse xmlns='" NS_APPL "'><sessionID>s1</sessionID>" \
	"<actualSessionDuration>60</actualSessionDuration></StartApplicationSessionPosResponse>"
#define STATUS(word) \
	"<SystemStatus xmlns='" NS "'><systemStatus>" word "</systemStatus></SystemStatus>"
#define MONITOR \
	"<MonitorStartResponse xmlns='" NS "'><monitorCrossRefID>11</monitorCrossRefID>" \
	"</MonitorStartResponse>"
#define SNAPSHOT(items) \
	"<SnapshotDeviceResponse xmlns='" NS "'><crossRefIDorSnapshotData><snapshotData>" items \
	"</snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>"
#define RINGING(call) \
	"<snapshotDeviceResponseInfo><connectionIdentifier><callID>" call "</callID>" \
	"<deviceID>2001</deviceID></connectionIdentifier><localCallState><simpleCallState>" \
	"callReceived</simpleCallState></localCallState></snapshotDeviceResponseInfo>"
#define RING(call, number) \
	"<DeliveredEvent xmlns='" NS "'><monitorCrossRefID>11</monitorCrossRefID><connection>" \
	"<callID>" call "</callID><deviceID>2001</deviceID></connection><alertingDevice>" \
	"<deviceIdentifier>2001</deviceIdentifier></alertingDevice><callingDevice><notKnown/>" \
	"</callingDevice><calledDevice><notKnown/></calledDevice><lastRedirectionDevice>" \
	"<notRequired/></lastRedirectionDevice>" \
	"<localConnectionInfo>alerting</localConnectionInfo><cause>newCall</cause>" \
	"<extensions><security><messageSequenceNumber>" number "</messageSequenceNumber>" \
	"</security></extensions></DeliveredEvent>"

static void
serve_monitor(const char *snapshot)
{
	send_xml(expect("MonitorStart"), MONITOR);
	send_xml(expect("SnapshotDevice"), snapshot);
}

/* Requests of the operator: one that is done, one that is refused. */
static void
serve_ask(void)
{
	unsigned id;

	tell("{\"cmd\":\"ask\",\"session\":0,\"root\":\"ConsultationCall\",\"inner\":\"<x>1</x>\"}");
	id = expect("ConsultationCall");
	expect_text("<x>1</x></ConsultationCall>");
	send_xml(id,
		"<ConsultationCallResponse xmlns='" NS "'><initiatedCall><callID>8</callID>"
		"<deviceID>2001</deviceID></initiatedCall></ConsultationCallResponse>");
	hear_text("\"call_id\":\"8\"");
	tell("{\"cmd\":\"ask\",\"session\":0,\"root\":\"Stop\"}");
	send_xml(expect("Stop"),
		"<CSTAErrorCode xmlns='" NS "'><operation>generic</operation></CSTAErrorCode>");
	hear_text("\"error\":\"operation/generic\"");
}

/* Session, fault with RST, resume, final snapshot, end. */
static void *
session_script(void *arg)
{
	(void)arg;
	take_client();
	send_xml(9001, STATUS("normal"));
	send_xml(expect("StartApplicationSession"), START_POS);
	expect_text("<userName>demo</userName>");
	(void)expect("SystemStatusResponse");
	serve_monitor(SNAPSHOT(""));
	answer_probes(3);
	send_xml(9999, RING("5", "1"));
	answer_probes(1);
	open_control();
	ask("{\"cmd\":\"mark\",\"name\":\"fault\"}", "\"ok\":true");
	drop_client();
	take_client();
	send_xml(expect("StartApplicationSession"), START_POS);
	expect_text("<sessionID>s1</sessionID>");
	expect_text("<lastMessageSequenceNumber>1</lastMessageSequenceNumber>");
	send_xml(9001, STATUS("normal"));
	send_xml(9999, RING("6", "2"));
	(void)expect("SystemStatusResponse");
	answer_probes(2);
	ask("{\"cmd\":\"picture\"}", "\"state\":\"alerting\"");
	ask("{\"cmd\":\"sing\"}", "unknown cmd");
	ask("[1]", "not a JSON object");
	ask("{\"cmd\":\"ask\",\"session\":7,\"root\":\"HoldCall\"}", "root or session is wrong");
	serve_ask();
	tell("{\"cmd\":\"snapshot\"}");
	send_xml(expect("SnapshotDevice"), SNAPSHOT(RINGING("5") RINGING("6")));
	json_decref(hear());
	tell("{\"cmd\":\"finish\"}");
	send_xml(expect("StopApplicationSession"),
		"<StopApplicationSessionPosResponse xmlns='" NS_APPL "'/>");
	srv.account = hear();
	return NULL;
}

/* Plain client, silent server (nothing is answered, nothing closed), all over again. */
static void *
plain_script(void *arg)
{
	(void)arg;
	for (int round = 0; round < 2; round++) {
		int silent;

		take_client();
		send_xml(9001, STATUS("normal"));
		(void)expect("SystemStatusResponse");
		send_xml(expect("RequestSystemStatus"), STATUS_ANSWER);
		send_xml(expect("SystemRegister"),
			"<SystemRegisterResponse xmlns='" NS "'><sysStatRegisterID>r"
			"</sysStatRegisterID></SystemRegisterResponse>");
		serve_monitor(round == 0 ? SNAPSHOT("") : SNAPSHOT(RINGING("5")));
		answer_probes(2);
		if (round == 1)
			break;
		silent = srv.fd;
		take_client();
		(void)close(silent);
		drop_client();
	}
	open_control();
	ask("{\"cmd\":\"picture\"}", "\"call_id\":\"5\"");
	tell("{\"cmd\":\"finish\"}");
	srv.account = hear();
	return NULL;
}

/* Answers every request of the load with an error until some have come, then lets them end. */
static void *
load_script(void *arg)
{
	int requests = 0;

	(void)arg;
	take_client();
	send_xml(expect("StartApplicationSession"), START_POS);
	serve_monitor(SNAPSHOT(""));
	while (requests < 5 && srv.fault[0] == '\0') {
		unsigned id = expect("MakeCall");

		expect_text("<callingDevice>2001</callingDevice>");
		send_xml(id,
			"<CSTAErrorCode xmlns='" NS "'><operation>generic</operation>"
			"</CSTAErrorCode>");
		requests++;
	}
	/* one is in flight when the connection goes: it must not come again */
	(void)expect("MakeCall");
	open_control();
	ask("{\"cmd\":\"stop-requests\"}", "\"ok\":true");
	drop_client();
	take_client();
	send_xml(expect("StartApplicationSession"), START_POS);
	answer_probes(5);
	tell("{\"cmd\":\"finish\"}");
	send_xml(expect("StopApplicationSession"),
		"<StopApplicationSessionPosResponse xmlns='" NS_APPL "'/>");
	srv.account = hear();
	return NULL;
}

/* Refuses the login. */
static void *
refusal_script(void *arg)
{
	(void)arg;
	take_client();
	send_xml(expect("StartApplicationSession"),
		"<StartApplicationSessionNegResponse xmlns='" NS_APPL "'><errorCode><definedError>"
		"invalidApplicationInfo</definedError></errorCode>"
		"</StartApplicationSessionNegResponse>");
	return NULL;
}

/* --- the tests --- */

static void
set_up(void)
{
	const char *base = getenv("TMPDIR");

	memset(&srv, 0, sizeof(srv));
	srv.fd = -1;
	srv.control = -1;
	(void)snprintf(srv.folder, sizeof(srv.folder), "%.60s/cc.XXXXXX", base ? base : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(srv.folder));
	(void)snprintf(srv.control_path, sizeof(srv.control_path), "%s/s", srv.folder);
	(void)snprintf(srv.journal_path, sizeof(srv.journal_path), "%s/j", srv.folder);
	open_server();
}

static void
tear_down(void)
{
	json_decref(srv.account);
	if (srv.fd >= 0)
		(void)close(srv.fd);
	if (srv.control >= 0)
		(void)close(srv.control);
	(void)close(srv.listener);
	(void)unlink(srv.journal_path);
	(void)unlink(srv.control_path);
	(void)rmdir(srv.folder);
}

static void
default_options(struct cc_opts *o, char **device)
{
	memset(o, 0, sizeof(*o));
	(void)snprintf(o->host, sizeof(o->host), "127.0.0.1");
	o->port = srv.port;
	o->sessions = 1;
	o->devices = device;
	o->device_count = 1;
	o->edition = "ed6";
	o->user = "demo";
	o->password = "demo";
	o->seed = 1;
	o->journal = srv.journal_path;
	o->control = srv.control_path;
	o->probe_ms = 20;
	o->dead_ms = 1000;
	o->session_s = 60;
	o->cleanup_s = 60;
	if (access("../shared/csta", R_OK) == 0)
		o->validate = "../shared/csta";
	else
		(void)puts("skip: ../shared/csta is not there, documents are not validated");
}

/* Runs client and script; returns the exit code of the client. */
static int
run(const struct cc_opts *opts, void *(*script)(void *))
{
	FILE *out = tmpfile();
	pthread_t thread;
	int rc;

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(pthread_create(&thread, NULL, script, NULL), 0);
	rc = cc_app_run(opts, out, out);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	(void)fclose(out);
	ck_assert_msg(srv.fault[0] == '\0', "%s", srv.fault);
	return rc;
}

static int64_t
counter(const char *name)
{
	const json_t *value = json_object_get(srv.account, name);

	ck_assert_msg(json_is_integer(value), "no %s", name);
	return json_integer_value(value);
}

static void
assert_no_problem(void)
{
	const char *first =
		json_string_value(json_array_get(json_object_get(srv.account, "problems"), 0));

	ck_assert_msg(counter("problem_count") == 0, "%s", first ? first : "?");
}

/* The journal holds JSON lines, among them one with all of these. */
static void
assert_journal(const char *ev, const char *name)
{
	FILE *f = fopen(srv.journal_path, "re");
	char line[65536];
	int found = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		json_t *json = json_loads(line, 0, NULL);
		const char *e = json_string_value(json_object_get(json, "ev"));
		const char *n = json_string_value(json_object_get(json, "name"));

		ck_assert_msg(json_is_integer(json_object_get(json, "t_us")), "%s", line);
		found += e != NULL && strcmp(e, ev) == 0 &&
			(name == NULL || (n != NULL && strcmp(n, name) == 0));
		json_decref(json);
	}
	(void)fclose(f);
	ck_assert_msg(found > 0, "no %s %s in the journal", ev, name ? name : "");
}

START_TEST(session_run)
{
	char name[] = "2001";
	char *device = name;
	struct cc_opts opts;
	json_t *silence;

	default_options(&opts, &device);
	ck_assert_int_eq(run(&opts, session_script), 0);
	assert_no_problem();
	ck_assert_int_eq(counter("events"), 2);
	ck_assert_int_eq(counter("reconnects"), 1);
	ck_assert_int_eq(counter("resumes"), 1);
	ck_assert_int_eq(counter("snapshot_differences"), 0);
	ck_assert_int_eq(counter("monitors"), 1);
	silence = json_object_get(srv.account, "silence_ms");
	ck_assert_double_gt(json_real_value(json_object_get(silence, "max")), 0);
	ck_assert_double_lt(json_real_value(json_object_get(silence, "max")), 5000);
	assert_journal("out", "StartApplicationSession");
	assert_journal("in", "DeliveredEvent");
	assert_journal("lost", NULL);
	assert_journal("account", NULL);
}
END_TEST

START_TEST(plain_run)
{
	char name[] = "2001";
	char *device = name;
	struct cc_opts opts;

	default_options(&opts, &device);
	opts.is_plain = true;
	opts.dead_ms = 300;
	ck_assert_int_eq(run(&opts, plain_script), 0);
	/* the script drops the third connection before SystemStatus: no problem, only a way back */
	assert_no_problem();
	ck_assert_int_ge(counter("reconnects"), 1);
	ck_assert_int_eq(counter("resumes"), 0);
	ck_assert_int_gt(counter("probes_unanswered"), 0);
}
END_TEST

START_TEST(load_run)
{
	char name[] = "2001";
	char *device = name;
	struct cc_opts opts;

	default_options(&opts, &device);
	opts.rate = 100;
	ck_assert_int_eq(run(&opts, load_script), 0);
	assert_no_problem();
	ck_assert_int_eq(counter("requests"), 6);
	ck_assert_int_eq(counter("requests_answered"), 5);
	ck_assert_int_eq(counter("requests_failed"), 5);
	ck_assert_int_eq(counter("requests_unanswered"), 1);
	ck_assert_int_eq(counter("requests_in_flight"), 0);
}
END_TEST

START_TEST(refused_run)
{
	char name[] = "2001";
	char *device = name;
	struct cc_opts opts;

	default_options(&opts, &device);
	ck_assert_int_eq(run(&opts, refusal_script), 1);
}
END_TEST

START_TEST(bad_start)
{
	char name[] = "2001";
	char *device = name;
	struct cc_opts opts;
	FILE *out = tmpfile();

	default_options(&opts, &device);
	opts.journal = "/nonexistent/journal";
	ck_assert_int_eq(cc_app_run(&opts, out, out), 1);
	opts.journal = NULL;
	opts.control = "/nonexistent/socket";
	ck_assert_int_eq(cc_app_run(&opts, out, out), 1);
	opts.control = NULL;
	opts.validate = "/nonexistent";
	ck_assert_int_eq(cc_app_run(&opts, out, out), 1);
	opts.validate = NULL;
	(void)snprintf(opts.host, sizeof(opts.host), "nowhere");
	ck_assert_int_eq(cc_app_run(&opts, out, out), 1);
	ck_assert_int_gt(ftell(out), 0);
	(void)fclose(out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cstaclient");
	TCase *c = tcase_create("loopback");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, session_run);
	tcase_add_test(c, plain_run);
	tcase_add_test(c, load_run);
	tcase_add_test(c, refused_run);
	tcase_add_test(c, bad_start);
	suite_add_tcase(suite, c);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
