/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas in the program: see tandemctl_schema.h. The assembler takes the files in; the Makefile says when anew. */
#include "daemon/tandemctl_schema.h"

#include <stdio.h>
#include <string.h>

#define EMBED(name) \
	__asm__(".section .rodata\n" \
		".global tandemctl_schema_of_" #name "\n" \
		".hidden tandemctl_schema_of_" #name "\n" \
		"tandemctl_schema_of_" #name ":\n" \
		".incbin \"docs/schema/" #name ".json\"\n" \
		".byte 0\n" \
		".previous\n"); \
	extern const char tandemctl_schema_of_##name[] __attribute__((visibility("hidden")));
TANDEMCTL_SCHEMAS(EMBED)
#undef EMBED

static const struct {
	const char *name, *text;
} schemas[] = {
#define XX(name) { #name, tandemctl_schema_of_##name },
	TANDEMCTL_SCHEMAS(XX)
#undef XX
};

const char *
tandemctl_schema_text(const char *name)
{
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
		if (strcmp(schemas[i].name, name) == 0)
			return schemas[i].text;
	return NULL;
}

int
tandemctl_schema(const struct tandemctl_call *c)
{
	const char *text = c->argc > 1 ? tandemctl_schema_text(c->argv[1]) : NULL;

	if (c->argc < 2) {
		for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
			printf("%s\n", schemas[i].name);
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
