/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas in the program: see schema.h. The assembler takes the files in; the Makefile says when anew. */
#include "daemon/schema.h"

#include <string.h>

#define EMBED(name) \
	__asm__(".section .rodata\n" \
		".global schema_of_" #name "\n" \
		".hidden schema_of_" #name "\n" \
		"schema_of_" #name ":\n" \
		".incbin \"docs/schema/" #name ".json\"\n" \
		".byte 0\n" \
		".previous\n"); \
	extern const char schema_of_##name[] __attribute__((visibility("hidden")));
SCHEMAS(EMBED)
#undef EMBED

static const struct {
	const char *name, *text;
} schemas[] = {
#define XX(name) { #name, schema_of_##name },
	SCHEMAS(XX)
#undef XX
};

#define COUNT (sizeof(schemas) / sizeof(schemas[0]))

const char *
schema_text(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(schemas[i].name, name) == 0)
			return schemas[i].text;
	return NULL;
}

const char *
schema_name(size_t i)
{
	return i < COUNT ? schemas[i].name : NULL;
}
