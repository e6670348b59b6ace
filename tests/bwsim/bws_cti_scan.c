/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where does a document end? A byte-wise state machine, independent of the product's one.
 *
 * Failure modes: text outside a document, an end tag too many, a DOCTYPE: -1.
 */
#include "tests/bwsim/bws_cti_scan.h"

#include <string.h>

enum state {
	OUTSIDE,   /* between documents, before the first '<' */
	TEXT,      /* content of the root */
	LT,        /* after '<' */
	BANG,      /* after "<!" */
	PI,        /* processing instruction or declaration */
	COMMENT,   /* until "-->" */
	CDATA,     /* until "]]>" */
	START_TAG, /* until '>' */
	END_TAG
};

/* Progress in a terminator whose last byte is '>' and whose others are all @c. */
static int
terminated(struct bws_cti_scan *s, char ch, char c, unsigned repeat)
{
	if (ch == '>' && s->mark >= repeat)
		return 1;
	s->mark = ch == c ? s->mark + 1 : 0;
	return 0;
}

static int
outside(struct bws_cti_scan *s, char ch)
{
	if (ch == '<') {
		s->state = LT;
		return 0;
	}
	if (s->opened)
		return strchr(" \t\r\n", ch) ? 0 : -1;
	if (!ch || strchr(" \t\r\n", ch)) {
		s->begin = s->pos + 1;
		return 0;
	}
	return -1;
}

static int
after_lt(struct bws_cti_scan *s, char ch)
{
	s->opened = 1;
	s->mark = 0;
	s->last = 0;
	s->quote = 0;
	if (ch == '!')
		s->state = BANG;
	else if (ch == '?')
		s->state = PI;
	else if (ch == '/')
		s->state = END_TAG;
	else
		s->state = START_TAG;
	return s->state == END_TAG && !s->depth ? -1 : 0;
}

static void
leave(struct bws_cti_scan *s)
{
	s->state = s->depth ? TEXT : OUTSIDE;
	s->mark = 0;
}

static int
in_start_tag(struct bws_cti_scan *s, char ch)
{
	if (s->quote) {
		if (ch == s->quote)
			s->quote = 0;
	} else if (ch == '"' || ch == '\'') {
		s->quote = ch;
	} else if (ch == '>') {
		if (s->last != '/')
			s->depth++;
		leave(s);
		return !s->depth;
	}
	s->last = ch;
	return 0;
}

static int
in_bang(struct bws_cti_scan *s, char ch)
{
	if (ch == '-' && ++s->mark == 2) {
		s->state = COMMENT;
		s->mark = 0;
		return 0;
	}
	if (ch == '[') {
		s->state = CDATA;
		s->mark = 0;
		return 0;
	}
	return ch == '-' ? 0 : -1;
}

static int
step(struct bws_cti_scan *s, char ch)
{
	switch ((enum state)s->state) {
	case OUTSIDE:
		return outside(s, ch);
	case TEXT:
		if (ch == '<')
			s->state = LT;
		return 0;
	case LT:
		return after_lt(s, ch);
	case BANG:
		return in_bang(s, ch);
	case PI:
		if (terminated(s, ch, '?', 1))
			leave(s);
		return 0;
	case COMMENT:
		if (terminated(s, ch, '-', 2))
			leave(s);
		return 0;
	case CDATA:
		if (terminated(s, ch, ']', 2))
			leave(s);
		return 0;
	case START_TAG:
		return in_start_tag(s, ch);
	case END_TAG:
		if (ch != '>')
			return 0;
		s->depth--;
		leave(s);
		return !s->depth;
	}
	return -1;
}

int
bws_cti_scan(struct bws_cti_scan *s, const char *p, size_t n)
{
	while (s->pos < n) {
		int rv = step(s, p[s->pos]);

		if (rv < 0)
			return -1;
		s->pos++;
		if (rv)
			return 1;
	}
	return 0;
}
