/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: see err.h. */
#include "proto/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *
err_name(int code)
{
	static const char *const names[] = {
#define XX(name, text) text,
		ERR_CODES(XX)
#undef XX
	};

	if (code < 0 || (size_t)code >= sizeof(names) / sizeof(names[0]))
		return "unknown error";
	return names[code];
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	if (e->code != E_OK)
		return e->code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char context[sizeof(e->text)];
	char joined[2 * sizeof(e->text) + 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	snprintf(joined, sizeof(joined), "%s: %s", context, e->text);
	joined[sizeof(e->text) - 1] = '\0';
	memcpy(e->text, joined, sizeof(e->text));
	return e->code;
}

void
err_clear(struct err *e)
{
	memset(e, 0, sizeof(*e));
}
