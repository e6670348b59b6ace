/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a redirect leads (see bw_link.h): a Location is the word of a server, so it is read narrowly.
 *
 * Taken: an absolute path, or an http or https URL without user. Not taken: from https to http, to a host that is no
 * link (unless the setting says any), anything that curl might read in another way.
 */
#include "daemon/bw_part.h"

#include "daemon/conf_row.h"

#include <stdio.h>
#include <strings.h>

struct str
bw_url_host(const char *url)
{
	const char *authority = strstr(url, "://");
	struct str host;
	uint16_t port = 0;

	if (authority == NULL || !conf_split_host_port(str_of(authority + 3), &host, &port))
		return STR_NONE;
	return host;
}

bool
bw_url_is_plain(struct str authority)
{
	struct str host;
	uint16_t port = 0;

	return conf_split_host_port(authority, &host, &port) &&
		conf_is_host(host, authority.p[0] == '[');
}

static bool
starts_with(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '\\')
			return false;
	return true;
}

static bool
is_same_host(struct str a, struct str b)
{
	return a.n > 0 && a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* True if our credentials may be shown to that host. */
static bool
is_allowed(const struct bw *b, const char *from, struct str host)
{
	if (b->x->conf->redirect_hosts == CONF_REDIRECT_ANY ||
		is_same_host(host, bw_url_host(from)))
		return true;
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		if (is_same_host(host, bw_url_host(b->south.of[i].url)))
			return true;
	return false;
}

static size_t
authority_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '/' && s.p[n] != '?')
		n++;
	return n;
}

static const char *
redirect_absolute(
	const struct bw *b, const char *from, struct str location, char *base, struct buf *path)
{
	bool tls = starts_with(location, "https://");
	size_t scheme = tls ? strlen("https://") : strlen("http://");
	struct str rest = { location.p + scheme, location.n - scheme };
	struct str authority = { rest.p, authority_length(rest) };
	int n;

	if (!bw_url_is_plain(authority))
		return "the Location has no plain host";
	if (!tls && starts_with(str_of(from), "https://"))
		return "the Location leads from https to http";
	n = snprintf(
		base, BW_URL_BYTES, "%s%.*s", tls ? "https://" : "http://", STR_ARG(authority));
	if (n < 0 || n >= BW_URL_BYTES)
		return "the Location is too long";
	if (!is_allowed(b, from, bw_url_host(base)))
		return "the Location is a host that is no link of ours";
	if (rest.n > authority.n && rest.p[authority.n] == '/')
		buf_put(path, rest.p + authority.n, rest.n - authority.n);
	else if (rest.n > authority.n)
		return "the Location has no path";
	return NULL;
}

const char *
bw_redirect(const struct bw *b, const char *from, struct str location, char *base, struct buf *path)
{
	const char *hash = memchr(location.p ? location.p : "", '#', location.n);

	buf_reset(path);
	if (hash != NULL)
		location.n = (size_t)(hash - location.p);
	if (location.n == 0)
		return "the redirect has no Location";
	if (location.n > 2048 || !is_printable(location))
		return "the Location is not printable, or too long";
	if (starts_with(location, "http://") || starts_with(location, "https://"))
		return redirect_absolute(b, from, location, base, path);
	if (location.p[0] != '/' || starts_with(location, "//"))
		return "the Location is neither a URL nor a path";
	str_copy(base, BW_URL_BYTES, str_of(from));
	buf_str(path, location);
	return NULL;
}
