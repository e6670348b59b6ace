/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing XML: see xmlw.h.
 *
 * Runs of plain ASCII are copied whole; only what needs an escape is handled character by
 * character. The one failure is a full buffer, which the caller asks for at the end.
 */
#include "proto/base/xmlw.h"

#include "proto/base/utf8.h"

void
xmlw_declaration(struct buf *b)
{
	buf_cstr(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void
xmlw_open(struct buf *b, const char *name)
{
	buf_char(b, '<');
	buf_cstr(b, name);
	buf_char(b, '>');
}

void
xmlw_open_ns(struct buf *b, const char *name, const char *ns)
{
	buf_char(b, '<');
	buf_cstr(b, name);
	buf_cstr(b, " xmlns=\"");
	xmlw_text(b, str_of(ns));
	buf_cstr(b, "\">");
}

void
xmlw_close(struct buf *b, const char *name)
{
	buf_cstr(b, "</");
	buf_cstr(b, name);
	buf_char(b, '>');
}

void
xmlw_empty(struct buf *b, const char *name)
{
	buf_char(b, '<');
	buf_cstr(b, name);
	buf_cstr(b, "/>");
}

/*
 * Stands for itself in text and in attribute values? CR would be read back as LF, so it does not.
 */
static bool
xmlw_is_plain(char c)
{
	uint8_t byte = (uint8_t)c;

	if (byte < 0x20)
		return byte == '\t' || byte == '\n';
	return byte < 0x7f && byte != '&' && byte != '<' && byte != '>' && byte != '"';
}

static void
xmlw_reference(struct buf *b, uint32_t character)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[16];
	size_t at = sizeof(text);

	if (character == UTF8_BAD || !utf8_is_xml_char(character))
		character = 0xfffd;
	text[--at] = ';';
	for (; character > 0; character >>= 4)
		text[--at] = digits[character & 15];
	text[--at] = 'x';
	text[--at] = '#';
	text[--at] = '&';
	buf_put(b, text + at, sizeof(text) - at);
}

static void
xmlw_escape(struct buf *b, uint32_t character)
{
	switch (character) {
	case '&':
		buf_cstr(b, "&amp;");
		return;
	case '<':
		buf_cstr(b, "&lt;");
		return;
	case '>':
		buf_cstr(b, "&gt;");
		return;
	case '"':
		buf_cstr(b, "&quot;");
		return;
	default:
		xmlw_reference(b, character);
	}
}

void
xmlw_text(struct buf *b, struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		size_t run = at;
		uint32_t character;

		while (run < s.n && xmlw_is_plain(s.p[run]))
			run++;
		buf_put(b, s.p + at, run - at);
		at = run;
		if (at == s.n)
			return;
		at += utf8_decode((struct str){ s.p + at, s.n - at }, &character);
		xmlw_escape(b, character);
	}
}

void
xmlw_element(struct buf *b, const char *name, struct str s)
{
	xmlw_open(b, name);
	xmlw_text(b, s);
	xmlw_close(b, name);
}

void
xmlw_element_z(struct buf *b, const char *name, const char *z)
{
	xmlw_element(b, name, str_of(z));
}

void
xmlw_element_u64(struct buf *b, const char *name, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	xmlw_element(b, name, (struct str){ digits + at, sizeof(digits) - at });
}
