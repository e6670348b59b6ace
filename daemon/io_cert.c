/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validity of certificates: see io_cert.h. Failure: a file that cannot be read, or has no certificate in it, is a state like
 * the others, with the reason in its text.
 */
#include "daemon/io_cert.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_S INT64_C(86400)

/* False: it has no end that is a time. */
static bool
end_of(const X509 *cert, int64_t *end_s)
{
	struct tm utc;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &utc) != 1)
		return false;
	*end_s = timegm(&utc);
	return true;
}

/* How many there are; `*end_s` is the first end of them, or the last. */
static unsigned
read_ends(FILE *f, bool last, int64_t *end_s)
{
	unsigned count = 0;
	X509 *cert;

	while ((cert = PEM_read_X509(f, NULL, NULL, NULL)) != NULL) {
		int64_t end = 0;

		if (end_of(cert, &end)) {
			if (count == 0 || (last ? end > *end_s : end < *end_s))
				*end_s = end;
			count++;
		}
		X509_free(cert);
	}
	ERR_clear_error();
	return count;
}

static void
judge(struct io_cert *c, const char *why, int64_t now_s)
{
	const char *what = c->of.authority ? "ca-file" : "cert-file";
	int64_t left_s = c->of.ends_s - now_s;
	char day[24] = "?";
	time_t ends = (time_t)c->of.ends_s;
	struct tm utc;

	if (gmtime_r(&ends, &utc) != NULL)
		strftime(day, sizeof(day), "%Y-%m-%d", &utc);
	c->state = why != NULL                     ? IO_CERT_UNREADABLE :
		left_s <= 0                        ? IO_CERT_EXPIRED :
		left_s < IO_CERT_DAYS_WARN * DAY_S ? IO_CERT_SOON :
						     IO_CERT_GOOD;
	if (why != NULL)
		snprintf(c->text, sizeof(c->text), "[%s] %s %s cannot be read: %s", c->of.peer,
			what, c->file, why);
	else
		snprintf(c->text, sizeof(c->text), "[%s] %s %s %s on %s", c->of.peer, what, c->file,
			left_s <= 0 ? "expired" : "expires", day);
}

static void
read_one(struct io_cert *c, int64_t now_s)
{
	FILE *f = fopen(c->file, "re");
	const char *why = NULL;

	c->of.ends_s = 0;
	if (f == NULL)
		why = strerror(errno);
	else if (read_ends(f, c->of.authority, &c->of.ends_s) == 0)
		why = "there is no certificate in it";
	if (f != NULL)
		fclose(f);
	c->of.known = why == NULL;
	judge(c, why, now_s);
}

/* A file that the section of all has named is told once. */
static uint32_t
add(struct io_cert *certs, uint32_t count, const char *peer, bool authority, const char *file)
{
	struct io_cert *c = &certs[count];

	if (file[0] == '\0')
		return count;
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(certs[i].file, file) == 0 && certs[i].of.authority == authority &&
			strcmp(certs[i].of.peer, "broadworks") == 0)
			return count;
	memset(c, 0, sizeof(*c));
	c->of.authority = authority;
	snprintf(c->of.peer, sizeof(c->of.peer), "%s", peer);
	snprintf(c->file, sizeof(c->file), "%s", file);
	return count + 1;
}

uint32_t
io_cert_read(const struct conf *c, int64_t now_s, struct io_cert *certs)
{
	uint32_t count = add(certs, 0, "broadworks", false, c->cert_file);
	char peer[80];

	count = add(certs, count, "broadworks", true, c->ca_file);
	for (uint32_t i = 0; i < c->xsp_count; i++) {
		snprintf(peer, sizeof(peer), "link %s", c->xsps[i].name);
		count = add(certs, count, peer, false, c->xsps[i].cert_file);
		count = add(certs, count, peer, true, c->xsps[i].ca_file);
	}
	for (uint32_t i = 0; i < c->listener_count; i++) {
		const struct conf_listener *l = &c->listeners[i];

		if (!l->tls)
			continue;
		snprintf(peer, sizeof(peer), "listener %s", l->name);
		count = add(certs, count, peer, false, l->cert_file);
		count = add(certs, count, peer, true, l->ca_file);
	}
	for (uint32_t i = 0; i < count; i++)
		read_one(&certs[i], now_s);
	return count;
}

const char *
io_cert_state_name(enum io_cert_state state)
{
	static const char *const names[] = { "good", "soon", "expired", "unreadable" };

	return names[state];
}
