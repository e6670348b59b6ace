/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the CSTA words and editions of namespaces: see csta_msg.h.
 *
 * The tables are made of the lists in the header, so that a word has one spelling. Asking for a
 * name that is in no list is a broken invariant of ours: the words never come off a wire as
 * numbers.
 */
#include "proto/csta_msg.h"

#include "proto/base/check.h"

#define NAME_OF(table, value) \
	(check_name((size_t)(value) < sizeof(table) / sizeof((table)[0])), (table)[value])

static void
check_name(bool in_table)
{
	REQUIRE(in_table);
}

const char *
csta_category_name(enum csta_category category)
{
	static const char *const names[] = { "station", "acd", "routeingDevice" };

	return NAME_OF(names, category);
}

const char *
csta_request_name(enum csta_request_kind kind)
{
	static const char *const names[] = { "UNKNOWN",
#define XX(name) #name,
		CSTA_REQUESTS(XX)
#undef XX
	};

	return NAME_OF(names, kind);
}

const char *
csta_event_name(enum csta_event_kind kind)
{
	static const char *const names[] = {
#define XX(name) #name "Event",
		CSTA_EVENTS(XX)
#undef XX
	};

	return NAME_OF(names, kind);
}

const char *
csta_status_name(enum csta_status status)
{
	static const char *const names[] = {
#define XX(name) #name,
		CSTA_STATUSES(XX)
#undef XX
	};

	return NAME_OF(names, status);
}

const char *
csta_local_name(enum csta_local_state state)
{
	static const char *const names[] = {
#define XX(name) #name,
		CSTA_LOCAL_STATES(XX)
#undef XX
	};

	return NAME_OF(names, state);
}

const char *
csta_cause_name(enum csta_cause cause)
{
	static const char *const names[] = {
#define XX(name) #name,
		CSTA_CAUSES(XX)
#undef XX
	};

	return NAME_OF(names, cause);
}

const char *
csta_forwarding_name(enum csta_forwarding type)
{
	static const char *const names[] = { "",
#define XX(name) #name,
		CSTA_FORWARDINGS(XX)
#undef XX
	};

	return NAME_OF(names, type);
}

const char *
csta_agent_state_name(enum csta_agent_state state)
{
	static const char *const names[] = { "",
#define XX(name) #name,
		CSTA_AGENT_STATES(XX)
#undef XX
	};

	return NAME_OF(names, state);
}

const char *
csta_agent_wish_name(enum csta_agent_wish wish)
{
	static const char *const names[] = { "",
#define XX(name) #name,
		CSTA_AGENT_WISHES(XX)
#undef XX
	};

	return NAME_OF(names, wish);
}

const char *
csta_error_name(enum csta_error error)
{
	static const char *const names[] = { "", "unspecified",
#define XX(category, value) #value,
		CSTA_ERRORS(XX)
#undef XX
	};

	return NAME_OF(names, error);
}

const char *
csta_error_category(enum csta_error error)
{
	static const char *const categories[] = { "", /* no error */
		"",                                   /* unspecified */
#define XX(category, value) #category,
		CSTA_ERRORS(XX)
#undef XX
	};

	return NAME_OF(categories, error);
}

const char *
csta_edition_name(enum csta_edition ed)
{
	static const char *const names[] = {
		[CSTA_ED_NONE] = "none",
		[CSTA_ED3] = "ed3",
		[CSTA_ED4] = "ed4",
		[CSTA_ED5] = "ed5",
		[CSTA_ED6] = "ed6",
	};

	return NAME_OF(names, ed);
}

#define NAMESPACE_BASE "http://www.ecma-international.org/standards/ecma-323/csta/"

const char *
csta_namespace(enum csta_edition edition)
{
	static const char *const namespaces[] = {
		[CSTA_ED_NONE] = NAMESPACE_BASE "ed3",
		[CSTA_ED3] = NAMESPACE_BASE "ed3",
		[CSTA_ED4] = NAMESPACE_BASE "ed4",
		[CSTA_ED5] = NAMESPACE_BASE "ed5",
		[CSTA_ED6] = NAMESPACE_BASE "ed6",
	};

	return NAME_OF(namespaces, edition);
}

/* Editions 1 and 2 are answered in edition 3, which is the nearest we have a schema of. */
static enum csta_edition
edition_of_number(uint64_t number)
{
	switch (number) {
	case 1:
	case 2:
	case 3:
		return CSTA_ED3;
	case 4:
		return CSTA_ED4;
	case 5:
		return CSTA_ED5;
	case 6:
		return CSTA_ED6;
	default:
		return CSTA_ED_NONE;
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The edition whose "edN" begins at `at`; "red6" and "ed6x" name none. */
static enum csta_edition
edition_at(struct str text, size_t at)
{
	size_t end = at + 2;
	uint64_t number;

	if (end >= text.n || (text.p[at] | 0x20) != 'e' || (text.p[at + 1] | 0x20) != 'd')
		return CSTA_ED_NONE;
	if (at > 0 && is_letter(text.p[at - 1]))
		return CSTA_ED_NONE;
	while (end < text.n && is_digit(text.p[end]))
		end++;
	if (end < text.n && is_letter(text.p[end]))
		return CSTA_ED_NONE;
	if (!str_u64((struct str){ text.p + at + 2, end - at - 2 }, UINT64_MAX, &number))
		return CSTA_ED_NONE;
	return edition_of_number(number);
}

enum csta_edition
csta_edition_of_namespace(struct str ns)
{
	static const struct str folder = { "csta/", 5 };

	for (size_t i = 0; i + folder.n < ns.n; i++) {
		if (memcmp(ns.p + i, folder.p, folder.n) != 0)
			continue;
		enum csta_edition ed = edition_at(ns, i + folder.n);
		if (ed != CSTA_ED_NONE)
			return ed;
	}
	return CSTA_ED_NONE;
}

enum csta_edition
csta_edition_of_version(struct str version)
{
	for (size_t i = 0; i < version.n; i++) {
		enum csta_edition ed = edition_at(version, i);
		if (ed != CSTA_ED_NONE)
			return ed;
	}
	return CSTA_ED_NONE;
}
