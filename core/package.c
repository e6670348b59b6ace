/* SPDX-License-Identifier: Apache-2.0 */
/* The table of packages asked in both directions: see package.h. */
#include "core/package.h"

#include <stddef.h>

struct package_row {
	const char *text;
	enum core_device_kind kind;
	bool primary, usual;
};

static const struct package_row package_rows[CORE_PACKAGE_count] = {
#define XX(name, text, kind, primary, usual) \
	[CORE_PACKAGE_##name] = { text, CORE_KIND_##kind, primary, usual },
	CORE_PACKAGES(XX)
#undef XX
};

const char *
core_package_text(enum core_package package)
{
	return package < CORE_PACKAGE_count ? package_rows[package].text : "?";
}

bool
core_package_of(struct str text, enum core_package *package)
{
	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++) {
		if (!str_is(text, package_rows[i].text))
			continue;
		*package = (enum core_package)i;
		return true;
	}
	return false;
}

static uint32_t
packages_where(enum core_device_kind kind, bool only_primary, bool only_usual)
{
	uint32_t packages = 0;

	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++)
		if (package_rows[i].kind == kind && (!only_primary || package_rows[i].primary) &&
			(!only_usual || package_rows[i].usual))
			packages |= CORE_PACKAGE_BIT(i);
	return packages;
}

uint32_t
core_packages_of_kind(enum core_device_kind kind)
{
	return packages_where(kind, false, false);
}

uint32_t
core_packages_usual(enum core_device_kind kind)
{
	return packages_where(kind, false, true);
}

uint32_t
core_package_primary(enum core_device_kind kind)
{
	return packages_where(kind, true, false);
}

const char *
core_kind_name(enum core_device_kind kind)
{
	static const char *const names[CORE_KIND_count] = { "user", "queue", "route-point" };

	return kind < CORE_KIND_count ? names[kind] : "?";
}
