/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests HTTP contacts of the simulator: events POSTed in order, again after a failure, dropped when
 * all deliveries fail, and what is refused.
 */
#include "tests/bwsim/bws_testkit.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct bws_kit kit;
static struct bws_buf doc;
static int listener;
static char contact[64];

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
listen_here(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	snprintf(contact, sizeof(contact), "127.0.0.1:%u/events", ntohs(addr.sin_port));
}

static int
subscribe(const char *uri)
{
	char body[500];

	snprintf(body, sizeof(body),
		"<Subscription " BWS_KIT_NS
		"><event>Advanced Call</event><httpContact><uri>%s</uri>"
		"</httpContact><applicationId>app</applicationId></Subscription>",
		uri);
	return bws_kit_status(&kit, 0, "POST", BWS_KIT_EVENTS "/user/2001@demo.example", body);
}

/* Takes the next POST into doc and answers it; NULL closes without an answer. */
static void
take(const char *answer)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	char part[8192];
	ssize_t n;
	int fd;

	ck_assert_int_eq(poll(&p, 1, 5000), 1);
	fd = accept(listener, NULL, NULL);
	ck_assert_int_ge(fd, 0);
	bws_buf_free(&doc);
	while (!strstr(bws_buf_text(&doc), "</xsi:Event>") &&
		(n = recv(fd, part, sizeof(part), 0)) > 0)
		bws_buf_add(&doc, part, (size_t)n);
	ck_assert_int_eq(strncmp(doc.p, "POST /events HTTP/1.1\r\n", 23), 0);
	if (answer)
		ck_assert_int_gt(send(fd, answer, strlen(answer), MSG_NOSIGNAL), 0);
	close(fd);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

START_TEST(events_are_posted_in_order)
{
	struct bws_kit_reply r;
	char wanted[128];
	char *answer;

	listen_here();
	bws_kit_start(&kit, KNOBS("dial_auto=0", "redeliver_ms=10"));
	ck_assert_int_eq(subscribe(contact), 200);
	take(OK);
	bws_kit_assert_has(&doc, "CallSubscriptionEvent");
	bws_kit_assert_has(&doc, "<xsi:sequenceNumber>1<");
	snprintf(wanted, sizeof(wanted), "<xsi:httpContact><xsi:uri>%s</xsi:uri></xsi:httpContact>",
		contact);
	bws_kit_assert_has(&doc, wanted);
	ck_assert_ptr_null(strstr(doc.p, "channelId"));
	answer = bws_kit_ask(&kit, "{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"15559000001\"}");
	free(answer);
	/* Refused and broken deliveries come again, the next event waits for them. */
	take("HTTP/1.1 500 No\r\n\r\n");
	bws_kit_assert_has(&doc, "<xsi:sequenceNumber>2<");
	take(NULL);
	bws_kit_assert_has(&doc, "<xsi:sequenceNumber>2<");
	take(OK);
	bws_kit_assert_has(&doc, "<xsi:sequenceNumber>2<");
	take(OK);
	bws_kit_assert_has(&doc, "<xsi:sequenceNumber>3<");
	ck_assert_int_eq(bws_kit_stat(&kit, "redeliveries"), 2);
	r = bws_kit_http(&kit, 0, "", "GET", BWS_KIT_EVENTS "/subscription", NULL);
	snprintf(wanted, sizeof(wanted), "<httpContact><uri>%s</uri></httpContact>", contact);
	ck_assert_ptr_nonnull(strstr(r.body.p, wanted));
	bws_kit_reply_free(&r);
	close(listener);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(nobody_listens)
{
	listen_here();
	close(listener);
	bws_kit_start(&kit, KNOBS("redeliver_ms=10", "redeliver_count=2"));
	ck_assert_int_eq(subscribe(contact), 200);
	ck_assert(bws_kit_wait_stat(&kit, "events_dropped", 1));
	ck_assert_int_eq(bws_kit_stat(&kit, "redeliveries"), 2);
	ck_assert(bws_kit_journal_has(&kit, KNOBS("contact-failed")));
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(nobody_answers)
{
	listen_here();
	bws_kit_start(&kit, KNOBS("ack_timeout_ms=30", "redeliver_ms=10", "redeliver_count=1"));
	ck_assert_int_eq(subscribe(contact), 200);
	ck_assert(bws_kit_wait_stat(&kit, "ack_timeouts", 2));
	ck_assert(bws_kit_wait_stat(&kit, "events_dropped", 1));
	close(listener);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(refused_contacts)
{
	static const char *const wrong[] = { "", "https://127.0.0.1:1/x", "127.0.0.1:0/x",
		"127.0.0.1:99999/x", "nowhere.example:80/x", "127.0.0.1:80x", "127.0.0.1:80/a b" };
	size_t i;

	bws_kit_start(&kit, NULL);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(subscribe(wrong[i]) == 400, "accepted: %s", wrong[i]);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		events_are_posted_in_order,
		nobody_listens,
		nobody_answers,
		refused_contacts,
	};

	return bws_kit_main("bwsim contact", tests, sizeof(tests) / sizeof(tests[0]));
}
