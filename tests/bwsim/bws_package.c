/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event packages: their names, what they fit, and which of them tell an AS failover.
 *
 * Failure modes: an unknown name is BWS_PACKAGE_COUNT; words of resync_packages that name no
 * package or no mode change nothing.
 */
#include "tests/bwsim/bws_package.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *text;
	unsigned fits;
} packages[] = {
#define X(name, text, fits) { text, fits },
	BWS_PACKAGE_LIST(X)
#undef X
};

enum bws_package
bws_package_find(const char *name)
{
	unsigned p;

	for (p = 0; p < BWS_PACKAGE_COUNT; p++)
		if (strcmp(packages[p].text, name) == 0)
			break;
	return (enum bws_package)p;
}

const char *
bws_package_text(enum bws_package p)
{
	return packages[p].text;
}

unsigned
bws_package_fits(enum bws_package p)
{
	return packages[p].fits;
}

/* Word after "PACKAGE=" in the list of overrides, or NULL. */
static const char *
override_of(const char *overrides, const char *package)
{
	size_t n = strlen(package);
	const char *at = overrides;

	while (at) {
		at += strspn(at, "; ");
		if (strncmp(at, package, n) == 0 && at[n] == '=')
			return at + n + 1;
		at = strchr(at, ';');
	}
	return NULL;
}

static bool
word_is(const char *at, const char *word)
{
	size_t n = strcspn(at, "; ");

	return strlen(word) == n && strncmp(at, word, n) == 0;
}

enum bws_package_resync
bws_package_resync(const char *overrides, int64_t resync_event, enum bws_package p)
{
	const char *word = override_of(overrides, packages[p].text);

	if (word && word_is(word, "plain"))
		return BWS_RESYNC_PLAIN;
	if (word && word_is(word, "resync"))
		return BWS_RESYNC_EVENT;
	if (word && word_is(word, "none"))
		return BWS_RESYNC_NONE;
	if (!(packages[p].fits & BWS_FIT_USER))
		return BWS_RESYNC_NONE;
	/* Only call packages were ever seen to tell it; the settings of services are stored data. */
	if (!(BWS_PACKAGE_BIT(p) & BWS_PACKAGES_CALL))
		return BWS_RESYNC_NONE;
	return (enum bws_package_resync)resync_event;
}
