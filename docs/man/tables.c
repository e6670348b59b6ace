/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes what is made of the tables of the program: the lists of tandem.conf(5) and tandem-messages(7), and the catalogue
 * of the journal.
 *
 *   man-tables conf TEXTS        lists of keys, mdoc
 *   man-tables messages          list of messages, mdoc
 *   man-tables catalog           catalogue, see catalog-format of systemd
 *
 * TEXTS has what the table of keys does not say (conf-keys.txt). Happy path: the texts are read, every row of the table
 * takes its own, no text is left. A row without a text, or a text without a row, is named and ends it with 1, and so the build.
 */
#include "daemon/conf_every.h"
#include "daemon/io_journal.h"
#include "proto/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX 1024
#define TEXT_BYTES_MAX 2048

struct text {
	char section[32], name[48];
	char text[TEXT_BYTES_MAX];
	bool used;
};

static struct text texts[TEXTS_MAX];
static size_t text_count;
static int faults;

static const struct {
	int number;
	const char *meaning, *remedy;
} messages[] = {
#define LOG_MESSAGE(number, name, level, meaning, remedy) { number, meaning, remedy },
#include "proto/base/messages.def"
};

static void
fault(const char *what, const char *section, const char *name)
{
	fprintf(stderr, "man-tables: %s: %s%s%s\n", what, section, section[0] ? " " : "", name);
	faults++;
}

/* --- texts ------------------------------------------------------------------------------------ */

static void
read_line(char *line, char *section, size_t size)
{
	struct text *t = &texts[text_count];
	char *colon = strchr(line, ':');
	size_t n;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || line[0] == '\0')
		return;
	if (line[0] == '[') {
		line[strcspn(line, "]")] = '\0';
		snprintf(section, size, "%.31s", line + 1);
	} else if (line[0] == ' ' && text_count > 0) {
		t = &texts[text_count - 1];
		n = strlen(t->text);
		snprintf(t->text + n, sizeof(t->text) - n, "%s", line);
	} else if (colon == NULL || text_count == TEXTS_MAX) {
		fault("a line that is none", "", line);
	} else {
		*colon = '\0';
		snprintf(t->section, sizeof(t->section), "%.31s", section);
		snprintf(t->name, sizeof(t->name), "%.47s", line);
		snprintf(t->text, sizeof(t->text), "%s", colon + 1 + (colon[1] == ' '));
		text_count++;
	}
}

static int
read_texts(const char *file)
{
	char line[TEXT_BYTES_MAX], section[32] = "";
	FILE *f = fopen(file, "r");

	if (f == NULL) {
		perror(file);
		return -1;
	}
	while (fgets(line, sizeof(line), f) != NULL)
		read_line(line, section, sizeof(section));
	fclose(f);
	return 0;
}

static const char *
text_of(const char *section, const char *name)
{
	for (size_t i = 0; i < text_count; i++)
		if (strcmp(texts[i].section, section) == 0 && strcmp(texts[i].name, name) == 0) {
			texts[i].used = true;
			return texts[i].text;
		}
	fault("no text for", section, name);
	return "";
}

static void
find_unused(void)
{
	for (size_t i = 0; i < text_count; i++)
		if (!texts[i].used)
			fault("a text for what does not exist", texts[i].section, texts[i].name);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* A text as a line of mdoc: nothing in it is a request or an escape; a sentence has a line of its own. */
static void
put_text(const char *text)
{
	bool at_start = true;

	for (const char *p = text; *p != '\0'; p++) {
		if (at_start && (*p == '.' || *p == '\''))
			fputs("\\&", stdout);
		at_start = false;
		if (*p == '\\')
			fputs("\\e", stdout);
		else if (*p == '-')
			fputs("\\-", stdout);
		else
			putchar(*p);
		if (strchr(".?", *p) != NULL && p[1] == ' ' && p[2] >= 'A' && p[2] <= 'Z') {
			putchar('\n');
			at_start = true;
			p++;
		}
	}
	putchar('\n');
}

static void
put_section(const char *section)
{
	static const char *const named[] = { "listener", "link", "application" };

	printf(".Ss [%s", section);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strcmp(named[i], section) == 0)
			printf(" NAME");
	printf("]\n.Bl -tag -width indent\n");
}

static void
put_key(const struct conf_row *row)
{
	static const char *const places[] = { "", "; may differ between the nodes",
		"; kept secret" };
	char allowed[1024], line[2300];

	conf_value_describe(row, allowed, sizeof(allowed));
	printf(".It Ic %s\n", row->key);
	put_text(text_of(row->section, row->key));
	printf(".br\n");
	snprintf(line, sizeof(line), "Allowed: %s; default: %s%s", allowed,
		row->initial[0] != '\0' ? row->initial : "none", places[row->place]);
	put_text(line);
}

static void
write_conf(void)
{
	const char *section = NULL;

	for (size_t i = 0; i < CONF_EVERY_COUNT; i++) {
		if (section == NULL || strcmp(section, conf_every_row[i].section) != 0) {
			if (section != NULL)
				printf(".El\n");
			put_section(conf_every_row[i].section);
			section = conf_every_row[i].section;
		}
		put_key(&conf_every_row[i]);
	}
	printf(".El\n");
}

static void
write_messages(void)
{
	printf(".Bl -tag -width indent\n");
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		char number[16];

		snprintf(number, sizeof(number), "%d", messages[i].number);
		printf(".It %s (%s)\n", number, log_level_name(log_level_of(messages[i].number)));
		printf("Meaning: ");
		put_text(messages[i].meaning);
		printf(".br\nTo do: ");
		put_text(messages[i].remedy);
	}
	printf(".El\n");
}

static void
write_catalog(void)
{
	printf("# Explanations of the messages of tandemd, for journalctl -x. Made of proto/base/messages.def.\n");
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		printf("\n-- " IO_JOURNAL_ID_BASE "%04x\nSubject: %d: %s\nDefined-By: tandem\n"
		       "Documentation: man:tandem-messages(7)\n\n%s\n",
			(unsigned)messages[i].number & 0xffff, messages[i].number,
			messages[i].meaning, messages[i].remedy);
	}
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 3 && strcmp(what, "conf") == 0) {
		if (read_texts(argv[2]) != 0)
			return 1;
		write_conf();
		find_unused();
	} else if (argc == 2 && strcmp(what, "messages") == 0) {
		write_messages();
	} else if (argc == 2 && strcmp(what, "catalog") == 0) {
		write_catalog();
	} else {
		fprintf(stderr, "usage: man-tables conf TEXTS | messages | catalog\n");
		return 2;
	}
	return faults == 0 ? 0 : 1;
}
