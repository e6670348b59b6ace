/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the configuration again: see io_reload.h. */
#include "daemon/io_reload.h"

#include "daemon/io_files.h"
#include "daemon/io_log.h"
#include "proto/base/mem.h"

#include <stdio.h>
#include <string.h>

#define RELOAD_NAMES_BYTES_MAX 600

static void
compare(const struct conf *running, const struct conf *fresh, char *text, size_t size)
{
	struct buf names;
	uint32_t count;

	buf_init(&names, RELOAD_NAMES_BYTES_MAX);
	count = conf_changed(running, fresh, &names);
	if (count == 0)
		snprintf(text, size, "everything in the file is in force");
	else
		snprintf(text, size, "%u changes need a restart: %.*s%s", count, (int)names.n,
			(const char *)names.p, names.overflow ? " ..." : "");
	buf_fini(&names);
}

int
io_reload(const struct conf *running, bool apply, char *text, size_t size)
{
	struct conf *fresh = mem_alloc(sizeof(*fresh));
	struct err e = { 0 };
	int result = io_files_load_conf(fresh, running->file, &e);

	if (result != 0) {
		snprintf(text, size, "%s", e.text);
	} else {
		if (apply) {
			io_log_set_level((enum log_level)fresh->log_level);
			io_log_shape(fresh->log_json != 0, fresh->log_mask, fresh->log_rate);
			(void)io_log_to_syslog(fresh->log_syslog); /* load has checked it */
		}
		compare(running, fresh, text, size);
	}
	explicit_bzero(fresh, sizeof(*fresh));
	mem_free(fresh);
	return result;
}

void
io_reload_now(const struct conf *running, const struct log *log)
{
	char text[800];

	if (running->file[0] == '\0')
		return; /* from nowhere: a test */
	if (io_reload(running, true, text, sizeof(text)) == 0)
		log_emit(log, M_CONFIG_LOADED, "read again: %s", text);
	else
		log_emit(log, M_CONFIG_REJECTED, "what was in force stays: %s", text);
}
