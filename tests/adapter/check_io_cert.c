/* SPDX-License-Identifier: Apache-2.0 */
/* Until when certificates are valid: good, soon, expired, several in a file, no certificate at all; and the daemon's own look at them. */
#include "daemon/io_cert.h"

#include "daemon/io_cert_watch.h"
#include "tests/adapter/recorder.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define DAY_S 86400

static char dir[64];
static struct conf conf;
static struct io_cert certs[LIMIT_CERTIFICATES];

static void
setup(void)
{
	strcpy(dir, "/tmp/check_io_cert.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	conf_defaults(&conf);
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

/* Appends one that ends so many days from now. */
static void
append(const char *name, int days)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	FILE *f = fopen(path_of(name), "a");

	ck_assert_ptr_nonnull(f);
	X509_gmtime_adj(X509_getm_notBefore(cert), -400 * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(cert), (long)days * DAY_S);
	X509_set_pubkey(cert, key);
	ck_assert_int_gt(X509_sign(cert, key, EVP_sha256()), 0);
	PEM_write_X509(f, cert);
	fclose(f);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static const struct io_cert *
own(const char *name)
{
	snprintf(conf.cert_file, sizeof(conf.cert_file), "%s", path_of(name));
	ck_assert_uint_eq(io_cert_read(&conf, (int64_t)time(NULL), certs), 1);
	return &certs[0];
}

START_TEST(states)
{
	append("good", 15);
	append("soon", 13);
	append("old", -1);
	ck_assert_int_eq(own("good")->state, IO_CERT_GOOD);
	ck_assert_ptr_nonnull(strstr(certs[0].text, "[broadworks] cert-file /tmp/"));
	ck_assert_ptr_nonnull(strstr(certs[0].text, " expires on 20"));
	ck_assert_int_eq(own("soon")->state, IO_CERT_SOON);
	ck_assert_int_eq(own("old")->state, IO_CERT_EXPIRED);
	ck_assert_ptr_nonnull(strstr(certs[0].text, " expired on 20"));
	ck_assert_int_lt(certs[0].of.ends_s, (int64_t)time(NULL));
	ck_assert_int_eq(own("missing")->state, IO_CERT_UNREADABLE);
	ck_assert_ptr_nonnull(strstr(certs[0].text, "cannot be read: No such file"));
	ck_assert(!certs[0].of.known);
	fclose(fopen(path_of("empty"), "w"));
	ck_assert_int_eq(own("empty")->state, IO_CERT_UNREADABLE);
	ck_assert_ptr_nonnull(strstr(certs[0].text, "there is no certificate in it"));
	ck_assert_str_eq(io_cert_state_name(IO_CERT_EXPIRED), "expired");
}
END_TEST

/* Of a chain the first to end counts, of authorities the last. */
START_TEST(several_in_a_file)
{
	append("both", -1);
	append("both", 100);
	ck_assert_int_eq(own("both")->state, IO_CERT_EXPIRED);
	conf.cert_file[0] = '\0';
	snprintf(conf.ca_file, sizeof(conf.ca_file), "%s", path_of("both"));
	ck_assert_uint_eq(io_cert_read(&conf, (int64_t)time(NULL), certs), 1);
	ck_assert_int_eq(certs[0].state, IO_CERT_GOOD);
	ck_assert(certs[0].of.authority);
}
END_TEST

START_TEST(all_that_a_configuration_names)
{
	append("a", 100);
	append("b", 100);
	snprintf(conf.cert_file, sizeof(conf.cert_file), "%s", path_of("a"));
	conf.xsp_count = 2;
	strcpy(conf.xsps[0].name, "east");
	strcpy(conf.xsps[0].cert_file, conf.cert_file); /* inherited: told once */
	strcpy(conf.xsps[1].name, "west");
	snprintf(conf.xsps[1].ca_file, sizeof(conf.xsps[1].ca_file), "%s", path_of("b"));
	conf.listener_count = 2;
	strcpy(conf.listeners[1].name, "secure");
	strcpy(conf.listeners[1].cert_file, conf.xsps[1].ca_file);
	ck_assert_uint_eq(io_cert_read(&conf, (int64_t)time(NULL), certs), 2);
	conf.listeners[1].tls = true;
	ck_assert_uint_eq(io_cert_read(&conf, (int64_t)time(NULL), certs), 3);
	ck_assert_str_eq(certs[0].of.peer, "broadworks");
	ck_assert_str_eq(certs[1].of.peer, "link west");
	ck_assert(certs[1].of.authority);
	ck_assert_str_eq(certs[2].of.peer, "listener secure");
}
END_TEST

static bool
is_logged(struct recorder *r, void *arg)
{
	return strstr(r->log_text, arg) != NULL;
}

START_TEST(the_daemon_looks)
{
	static char expired[] = "37806 alarm [broadworks] cert-file";
	static char expires[] = "37805 warning [broadworks] cert-file";
	static struct meter_certs meter;
	struct recorder *r = recorder_new();
	struct io_cert_watch *w;

	append("old", -1);
	snprintf(conf.cert_file, sizeof(conf.cert_file), "%s", path_of("old"));
	w = io_cert_watch_new(&r->sink, &conf, &meter);
	recorder_run_until(r, is_logged, expired);
	ck_assert_uint_eq(meter.count, 1);
	ck_assert(meter.certs[0].known);
	ck_assert_int_eq(unlink(path_of("old")), 0);
	append("old", 5);
	io_cert_watch_look(w);
	recorder_run_until(r, is_logged, expires);
	ck_assert_ptr_nonnull(strstr(r->log_text, IO_CERT_REMEDY));
	/* closed while it looks: nothing is told any more */
	unlink(path_of("old"));
	io_cert_watch_look(w);
	io_cert_watch_close(w);
	recorder_finish(r);
	ck_assert_ptr_null(strstr(r->log_text, "No such file"));
	io_cert_watch_free(w);
	recorder_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("io_cert");
	TCase *t = tcase_create("io_cert");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, states);
	tcase_add_test(t, several_in_a_file);
	tcase_add_test(t, all_that_a_configuration_names);
	tcase_add_test(t, the_daemon_looks);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
