/* SPDX-License-Identifier: Apache-2.0 */
/* TLS of a listener in memory: keys, agreement and its failures, who the client is, which bytes are acknowledged. */
#include "daemon/io_tls.h"
#include "tests/adapter/tls_client.h"
#include "tests/adapter/tls_peer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[64];
static struct conf_listener conf;
static struct io_tls_key *key;
static struct io_tls *server;
static SSL_CTX *ctx;
static SSL *client;

static const char *
path(const char *file)
{
	static char texts[4][128];
	static unsigned at;
	char *text = texts[at++ % 4];

	snprintf(text, sizeof(texts[0]), "%s/%s", dir, file);
	return text;
}

static void
write_file(const char *file, const char *content)
{
	FILE *f = fopen(path(file), "w");

	ck_assert_ptr_nonnull(f);
	fputs(content, f);
	fclose(f);
}

static void
setup(void)
{
	strcpy(dir, "/tmp/check_io_tls.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	tls_make_certificate(dir, "server", "127.0.0.1");
	conf = (struct conf_listener){ .name = "t", .tls = true };
	strcpy(conf.cert_file, path("server.pem"));
	strcpy(conf.key_file, path("server.key"));
}

static void
teardown(void)
{
	static const char *const files[] = { "server", "app", "other", "evil" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s.pem", files[i]);
		(void)unlink(path(name));
		snprintf(name, sizeof(name), "%s.key", files[i]);
		(void)unlink(path(name));
	}
	(void)unlink(path("text"));
	ck_assert_int_eq(rmdir(dir), 0);
}

/* Both ends, the client's with a certificate or without. */
static void
begin(const char *cert)
{
	struct err e = { 0 };

	key = io_tls_key_load(&conf, &e);
	ck_assert_msg(key != NULL, "%s", e.text);
	server = io_tls_new(key);
	ctx = tls_client_context(path("server.pem"), cert ? path(cert) : NULL);
	client = SSL_new(ctx);
	SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(client);
}

static void
end(void)
{
	io_tls_key_free(key);
	io_tls_free(server);
	SSL_free(client);
	SSL_CTX_free(ctx);
}

/* Moves what each side has for the other. */
static void
carry(void)
{
	struct str out = io_tls_output(server);
	char *p;
	long n;

	BIO_write(SSL_get_rbio(client), out.p, (int)out.n);
	io_tls_output_taken(server);
	n = BIO_get_mem_data(SSL_get_wbio(client), &p);
	io_tls_take(server, p, (size_t)n);
	(void)BIO_reset(SSL_get_wbio(client));
}

static enum io_tls_result
agree(void)
{
	enum io_tls_result result = IO_TLS_MORE;

	for (int i = 0; i < 10 && result == IO_TLS_MORE; i++) {
		(void)SSL_do_handshake(client);
		carry();
		result = io_tls_shake(server);
		carry();
	}
	(void)SSL_do_handshake(client);
	return result;
}

static void
names(char *text, size_t size)
{
	struct buf b;

	buf_init(&b, size - 1);
	io_tls_names(server, &b);
	memcpy(text, b.n ? (const char *)b.p : "", b.n);
	text[b.n] = '\0';
	buf_fini(&b);
}

static void
unusable(const char *part)
{
	struct err e = { 0 };

	ck_assert_ptr_null(io_tls_key_load(&conf, &e));
	ck_assert_msg(strstr(e.text, part) != NULL, "\"%s\" is not in \"%s\"", part, e.text);
}

START_TEST(keys_that_cannot_be_used)
{
	char good[192];

	write_file("text", "this is no certificate\n");
	strcpy(good, conf.cert_file);
	strcpy(conf.cert_file, path("nothing"));
	unusable("[listener t] cert-file: No such file or directory");
	strcpy(conf.cert_file, path("text"));
	unusable("[listener t] cert-file: no start line");
	strcpy(conf.cert_file, good);
	tls_make_certificate(dir, "other", "127.0.0.1");
	strcpy(conf.key_file, path("other.key"));
	unusable("[listener t] key-file: key values mismatch");
	strcpy(conf.key_file, path("server.key"));
	conf.client_cert = CONF_CLIENT_CERT_REQUIRED;
	strcpy(conf.ca_file, path("text"));
	unusable("[listener t] ca-file:");
}
END_TEST

START_TEST(both_agree_and_talk)
{
	char text[64];
	size_t n = 0;

	begin(NULL);
	ck_assert_int_eq(agree(), IO_TLS_READY);
	ck_assert_int_eq(io_tls_read(server, text, sizeof(text), &n), IO_TLS_MORE);
	ck_assert_int_eq(SSL_write(client, "hello", 5), 5);
	carry();
	ck_assert_int_eq(io_tls_read(server, text, sizeof(text), &n), IO_TLS_READY);
	ck_assert_uint_eq(n, 5);
	ck_assert_mem_eq(text, "hello", 5);
	ck_assert(io_tls_write(server, STR("answer")));
	carry();
	ck_assert_int_eq(SSL_read(client, text, sizeof(text)), 6);
	ck_assert_mem_eq(text, "answer", 6);
	names(text, sizeof(text));
	ck_assert_str_eq(text, "");
	(void)SSL_shutdown(client);
	carry();
	ck_assert_int_eq(io_tls_read(server, text, sizeof(text), &n), IO_TLS_ENDED);
	io_tls_end(server);
	carry();
	ck_assert_int_eq(SSL_read(client, text, sizeof(text)), 0);
	ck_assert_int_eq(SSL_get_error(client, 0), SSL_ERROR_ZERO_RETURN);
	end();
}
END_TEST

/* The bytes of a message count when the whole record is there, and not one byte of the wire before. */
START_TEST(acknowledged_wire_is_told_in_messages)
{
	static char bytes[40000];
	uint64_t wire = 0, ends[8], start;
	size_t sizes[] = { 100, 40000, 1 };

	begin(NULL);
	ck_assert_int_eq(agree(), IO_TLS_READY);
	/* what the handshake took of the wire is not known here: found by the first record */
	for (int i = 0; i < 3; i++) {
		ck_assert(io_tls_write(server, (struct str){ bytes, sizes[i] }));
		ends[i] = io_tls_output(server).n;
		io_tls_output_taken(server);
	}
	for (start = 0; io_tls_acked(server, start) == 0; start++)
		ck_assert_uint_lt(start, 100000);
	ck_assert_uint_eq(io_tls_acked(server, start), 100);
	wire = start;
	ck_assert_uint_eq(io_tls_acked(server, wire + ends[1] - 1), 100 + 2 * 16384);
	ck_assert_uint_eq(io_tls_acked(server, wire + ends[1]), 40100);
	ck_assert_uint_eq(io_tls_acked(server, wire + ends[1] + ends[2] - 1), 40100);
	ck_assert_uint_eq(io_tls_acked(server, wire + ends[1] + ends[2]), 40101);
	/* and it never goes back */
	ck_assert_uint_eq(io_tls_acked(server, 0), 40101);
	/* many records under way, acknowledged in turn */
	wire += ends[1] + ends[2];
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 3; i++) {
			ck_assert(io_tls_write(server, STR("message")));
			ends[0] = io_tls_output(server).n;
			io_tls_output_taken(server);
		}
		wire += ends[0];
		ck_assert_uint_eq(io_tls_acked(server, wire), 40101 + 7 * ((uint64_t)round + 1));
	}
	end();
}
END_TEST

START_TEST(a_certificate_says_who_it_is)
{
	char text[512];

	tls_make_named(dir, "app", "Dialer 7",
		"DNS:app.example,email:a@b.example,URI:urn:x:1,IP:10.0.0.7");
	conf.client_cert = CONF_CLIENT_CERT_REQUIRED;
	strcpy(conf.ca_file, path("app.pem"));
	begin("app");
	ck_assert_int_eq(agree(), IO_TLS_READY);
	names(text, sizeof(text));
	ck_assert_str_eq(text,
		"subject:CN=Dialer 7\ncn:Dialer 7\ndns:app.example\nemail:a@b.example\nuri:urn:x:1\n"
		"ip:10.0.0.7\n");
	end();
}
END_TEST

/* A name with a line end could say that it is somebody else. */
START_TEST(hostile_names_are_none)
{
	char text[512];

	tls_make_named(dir, "evil", "x\ndns:root.example", "DNS:evil.example");
	conf.client_cert = CONF_CLIENT_CERT_REQUIRED;
	strcpy(conf.ca_file, path("evil.pem"));
	begin("evil");
	ck_assert_int_eq(agree(), IO_TLS_READY);
	names(text, sizeof(text));
	ck_assert_str_eq(text, "subject:CN=x\\0Adns:root.example\ndns:evil.example\n");
	end();
}
END_TEST

START_TEST(certificates_are_wanted_or_not)
{
	char text[64];

	tls_make_certificate(dir, "app", "app.example");
	tls_make_certificate(dir, "other", "other.example");
	strcpy(conf.ca_file, path("app.pem"));
	conf.client_cert = CONF_CLIENT_CERT_REQUIRED;
	begin(NULL);
	ck_assert_int_eq(agree(), IO_TLS_BROKEN);
	ck_assert_str_eq(io_tls_why(server), "peer did not return a certificate");
	end();
	begin("other");
	ck_assert_int_eq(agree(), IO_TLS_BROKEN);
	ck_assert_ptr_nonnull(strstr(io_tls_why(server), "the client's certificate: "));
	end();
	conf.client_cert = CONF_CLIENT_CERT_OPTIONAL;
	begin(NULL);
	ck_assert_int_eq(agree(), IO_TLS_READY);
	names(text, sizeof(text));
	ck_assert_str_eq(text, "");
	end();
	begin("other");
	ck_assert_int_eq(agree(), IO_TLS_BROKEN);
	end();
	/* not asked for, not believed */
	conf.client_cert = CONF_CLIENT_CERT_NONE;
	begin("other");
	ck_assert_int_eq(agree(), IO_TLS_READY);
	names(text, sizeof(text));
	ck_assert_str_eq(text, "");
	end();
}
END_TEST

START_TEST(old_versions_are_refused)
{
	begin(NULL);
	SSL_set_max_proto_version(client, TLS1_1_VERSION);
	SSL_set_min_proto_version(client, TLS1_VERSION);
	SSL_set_security_level(client, 0);
	ck_assert_int_eq(agree(), IO_TLS_BROKEN);
	ck_assert_str_eq(io_tls_why(server), "unsupported protocol");
	end();
	conf.tls_min = CONF_TLS_1_3;
	begin(NULL);
	SSL_set_max_proto_version(client, TLS1_2_VERSION);
	ck_assert_int_eq(agree(), IO_TLS_BROKEN);
	ck_assert_str_eq(io_tls_why(server), "unsupported protocol");
	end();
	conf.tls_min = CONF_TLS_1_2;
	begin(NULL);
	SSL_set_max_proto_version(client, TLS1_2_VERSION);
	ck_assert_int_eq(agree(), IO_TLS_READY);
	end();
}
END_TEST

START_TEST(what_is_no_tls_is_told)
{
	static const char *const texts[] = { "GET / HTTP/1.1\r\n\r\n",
		"<?xml version=\"1.0\"?><SystemStatus/>" };
	char text[64];
	size_t n;

	for (int i = 0; i < 2; i++) {
		begin(NULL);
		io_tls_take(server, texts[i], strlen(texts[i]));
		ck_assert_int_eq(io_tls_shake(server), IO_TLS_BROKEN);
		ck_assert_str_ne(io_tls_why(server), "");
		end();
	}
	/* and later on */
	begin(NULL);
	ck_assert_int_eq(agree(), IO_TLS_READY);
	io_tls_take(server, texts[0], strlen(texts[0]));
	ck_assert_int_eq(io_tls_read(server, text, sizeof(text), &n), IO_TLS_BROKEN);
	ck_assert(!io_tls_write(server, STR("x")) || io_tls_output(server).n > 0);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_tls");
	TCase *t = tcase_create("io_tls");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, keys_that_cannot_be_used);
	tcase_add_test(t, both_agree_and_talk);
	tcase_add_test(t, acknowledged_wire_is_told_in_messages);
	tcase_add_test(t, a_certificate_says_who_it_is);
	tcase_add_test(t, hostile_names_are_none);
	tcase_add_test(t, certificates_are_wanted_or_not);
	tcase_add_test(t, old_versions_are_refused);
	tcase_add_test(t, what_is_no_tls_is_told);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
