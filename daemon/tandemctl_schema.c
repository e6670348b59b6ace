/* SPDX-License-Identifier: Apache-2.0 */
/* `tandemctl schema`: see tandemctl_schema.h. */
#include "daemon/tandemctl_schema.h"

#include "daemon/schema.h"

#include <stdio.h>

int
tandemctl_schema(const struct tandemctl_call *c)
{
	const char *text = c->argc > 1 ? schema_text(c->argv[1]) : NULL;

	if (c->argc < 2) {
		for (size_t i = 0; schema_name(i) != NULL; i++)
			printf("%s\n", schema_name(i));
		return TANDEMCTL_DONE;
	}
	if (text == NULL) {
		fprintf(stderr,
			"tandemctl: schema: there is no %s; \"tandemctl schema\" lists them\n",
			c->argv[1]);
		return TANDEMCTL_USAGE;
	}
	fputs(text, stdout);
	return TANDEMCTL_DONE;
}
