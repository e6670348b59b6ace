/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the server as files: see spool.h. Shares nothing with the product, so that any test program may have it. */
#include "tests/coverage/spool.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEEN_SLOTS 65536u /* a power of two; when it is nearly full, everything counts as new */
#define NAME_BYTES 64

static uint64_t seen[SEEN_SLOTS];
static unsigned seen_count;

/* Notes the shape; false if it was there already. */
static bool
is_new(uint64_t shape)
{
	unsigned at = (unsigned)shape % SEEN_SLOTS;

	while (seen[at] != 0 && seen[at] != shape)
		at = (at + 1) % SEEN_SLOTS;
	if (seen[at] == shape)
		return false;
	if (seen_count < SEEN_SLOTS / 4 * 3) {
		seen[at] = shape;
		seen_count++;
	}
	return true;
}

/* Start of the root's name; the end of the text if there is none. */
static const char *
find_root(const char *xml, const char *end)
{
	while (xml < end && (*xml != '<' || (xml + 1 < end && xml[1] == '?')))
		xml++;
	return xml < end ? xml + 1 : end;
}

/* FNV-1a of the text, with each digit behind the root's start tag as 0. */
static uint64_t
shape_of(const char *xml, size_t n)
{
	const char *root = find_root(xml, xml + n);
	const char *close = memchr(root, '>', (size_t)(xml + n - root));
	size_t kept = close ? (size_t)(close - xml) : n;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)xml[i];

		hash ^= i > kept && c >= '0' && c <= '9' ? '0' : c;
		hash *= UINT64_C(0x100000001b3);
	}
	return hash ? hash : 1;
}

static void
copy_name(char *out, const char *p, const char *end)
{
	size_t n = 0;

	while (p < end && isalnum((unsigned char)*p) && n + 1 < NAME_BYTES)
		out[n++] = *p++;
	out[n] = '\0';
}

/* What stands behind this part of the root's start tag. */
static bool
copy_after(char *out, const char *root, const char *end, const char *part)
{
	const char *close = memchr(root, '>', (size_t)(end - root));
	const char *at = close ? memmem(root, (size_t)(close - root), part, strlen(part)) : NULL;

	if (at != NULL)
		copy_name(out, at + strlen(part), close);
	return at != NULL;
}

static void
write_file(const char *path, const char *xml, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	/* another process of this test had it; or a host of the lab sees another /tmp */
	if (fd < 0 && (errno == EEXIST || errno == ENOENT))
		return;
	if (fd < 0 || write(fd, xml, n) != (ssize_t)n) {
		fprintf(stderr, "cannot write %s\n", path);
		abort();
	}
	close(fd);
}

void
csta_spool(const char *xml, size_t n)
{
	const char *folder = getenv("TANDEM_CSTA_SPOOL");
	const char *root;
	char edition[NAME_BYTES], name[NAME_BYTES], path[1024];
	uint64_t shape;

	if (folder == NULL || folder[0] == '\0')
		return;
	shape = shape_of(xml, n);
	if (!is_new(shape))
		return;
	root = find_root(xml, xml + n);
	copy_name(name, root, xml + n);
	if (copy_after(edition, root, xml + n, "ecma-354/appl_session"))
		strcpy(edition, "appl_session");
	else if (!copy_after(edition, root, xml + n, "ecma-323/csta/"))
		strcpy(edition, "none");
	snprintf(path, sizeof(path), "%s/%s-%s-%016llx.xml", folder, edition,
		name[0] ? name : "unnamed", (unsigned long long)shape);
	write_file(path, xml, n);
}
