/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log: see io_log.h.
 *
 * The line is made here, libqb only carries it: so that it looks the same whatever the target. A
 * disk that is full costs lines of the log and nothing else. State at file scope: a signal handler
 * has no argument, and libqb's log is one for the process.
 */
#include "daemon/io_log.h"

#include "daemon/log_levels.h"
#include "daemon/log_limit.h"

/*
 * qblog.h includes syslog.h, whose macros have the names of our levels: nothing below uses LOG_x
 * for ours.
 */
enum {
	IO_LOG_ALARM = LOG_ALARM,
	IO_LOG_WARNING = LOG_WARNING,
	IO_LOG_NOTICE = LOG_NOTICE,
	IO_LOG_DEBUG = LOG_DEBUG
};

#include "daemon/io_journal.h"
#include "daemon/io_syslog.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define IO_LOG_SHM "/dev/shm"
#define IO_LOG_SOURCE "tandemd.log" /* our lines; libqb's own go to the blackbox alone */
#define IO_LOG_UNWRITTEN \
	"tandemd.box" /* those that the level leaves out: to the blackbox alone as well */
#define IO_LOG_LINE_BYTES_MAX 1200
#define IO_LOG_BLACKBOX_BYTES (256 * 1024)

static struct {
	bool open;
	int32_t target;
	struct log_levels levels;
	bool to_journal, to_syslog;
	struct io_syslog syslog;
	int journal;
	char node[64];
	char file[192];
	char blackbox[256];
	struct log log;
	struct ctl_ring ring;
	struct log_limit limit;
	bool json, mask;
	uint64_t counts[4]; /* by enum log_level */
} io_log;

static const int io_log_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

static uint8_t
syslog_priority(int level)
{
	static const uint8_t priorities[] = { LOG_ALERT, LOG_WARNING, LOG_NOTICE, LOG_DEBUG };

	return priorities[level];
}

/* A JSON text needs no more than this: what is not printable ASCII was made '?'. */
static void
escape(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + 2 < size; text++) {
		if (*text == '"' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text >= ' ' && *text <= '~' ? *text : '?';
	}
	out[n] = '\0';
}

static void
write_out(int number, enum log_level level, bool written, const struct timespec *now,
	const char *text)
{
	const char *source = written ? IO_LOG_SOURCE : IO_LOG_UNWRITTEN;
	char when[32], escaped[IO_LOG_LINE_BYTES_MAX - 160];
	struct tm utc;

	if (io_log.to_journal && written)
		(void)io_journal_send(io_log.journal, number, syslog_priority((int)level),
			io_log.node, text, strlen(text));
	if (io_log.to_syslog && written)
		io_syslog_send(&io_log.syslog,
			&(struct io_syslog_message){ now, number, syslog_priority((int)level),
				log_level_name(level), io_log.node, text });
	gmtime_r(&now->tv_sec, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
	if (!io_log.json) {
		qb_log_from_external_source(__func__, source, "%s.%06ldZ %s %d %s %s",
			syslog_priority((int)level), __LINE__, 0, when, now->tv_nsec / 1000,
			io_log.node, number, log_level_name(level), text);
		return;
	}
	escape(text, escaped, sizeof(escaped));
	qb_log_from_external_source(__func__, source,
		"{\"time\":\"%s.%06ldZ\",\"node\":\"%s\",\"message\":%d,\"level\":\"%s\",\"text\":\"%s\"}",
		syslog_priority((int)level), __LINE__, 0, when, now->tv_nsec / 1000, io_log.node,
		number, log_level_name(level), escaped);
}

static void
write_line(int number, enum log_level level, const char *text, void *arg)
{
	char masked[1024], more[64];
	int64_t now_us;
	struct timespec now;
	uint32_t held = 0;
	bool written = log_levels_pass(&io_log.levels, number, level);

	(void)arg;
	io_log.counts[level]++;
	if (io_log.mask) {
		log_mask_numbers(text, masked, sizeof(masked));
		text = masked;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	ctl_ring_add(&io_log.ring,
		&(struct ctl_ring_line){ .t_us = now_us, .number = number, .level = (int)level },
		text);
	/* what is not written does not use up the limit */
	if (written && !log_limit_pass(&io_log.limit, number, level, now_us, &held))
		return;
	if (written && held > 0) {
		snprintf(more, sizeof(more), "(%" PRIu32 " more of this message were not written)",
			held);
		write_out(number, level, true, &now, more);
	}
	write_out(number, level, written, &now, text);
}

/* Not async-signal-safe by the letter; the process is lost anyway, and a core dump follows. */
static void
on_crash(int sig)
{
	signal(sig, SIG_DFL);
	(void)qb_log_blackbox_write_to_file(io_log.blackbox);
	raise(sig);
}

static void
catch_crashes(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_crash;
	action.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < sizeof(io_log_signals) / sizeof(io_log_signals[0]); i++)
		sigaction(io_log_signals[i], &action, NULL);
}

/*
 * libqb keeps the blackbox in shared memory, and a killed process leaves it there. Removes those of
 * processes that are no more; one of a process that this one cannot see still writes its box, it is
 * only unnamed.
 */
static void
remove_dead_boxes(void)
{
	DIR *dir = opendir(IO_LOG_SHM);
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		char path[300];
		int pid, end = 0;

		if (sscanf(d->d_name, "qb-tandemd-%d-blackbox-%n", &pid, &end) != 1 || end == 0 ||
			pid <= 0)
			continue;
		if (kill(pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof(path), IO_LOG_SHM "/%s", d->d_name);
		unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
start_blackbox(const char *state_dir)
{
	remove_dead_boxes();
	snprintf(io_log.blackbox, sizeof(io_log.blackbox), "%s/blackbox.%d", state_dir,
		(int)getpid());
	qb_log_filter_ctl(QB_LOG_BLACKBOX, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*", LOG_TRACE);
	qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_SIZE, IO_LOG_BLACKBOX_BYTES);
	qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_MAX_LINE_LEN, IO_LOG_LINE_BYTES_MAX);
	qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_THREADED, QB_FALSE);
	qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_ENABLED, QB_TRUE);
	catch_crashes();
}

int
io_log_open(const char *file, const char *node, const char *state_dir, struct err *e)
{
	qb_log_init("tandemd", LOG_DAEMON, LOG_EMERG);
	qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_FALSE);
	io_log.target = file[0] != '\0' ? qb_log_file_open(file) : QB_LOG_STDERR;
	if (io_log.target < 0) {
		int failed = -io_log.target;

		qb_log_fini();
		return err_set(e, E_IO, "cannot open the log %s: %s", file, strerror(failed));
	}
	snprintf(io_log.node, sizeof(io_log.node), "%s", node);
	snprintf(io_log.file, sizeof(io_log.file), "%s", file);
	qb_log_format_set(io_log.target, "%b");
	qb_log_ctl(io_log.target, QB_LOG_CONF_MAX_LINE_LEN, IO_LOG_LINE_BYTES_MAX);
	io_log.open = true;
	io_log_set_level((enum log_level)IO_LOG_NOTICE);
	qb_log_filter_ctl(
		io_log.target, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, IO_LOG_SOURCE, LOG_TRACE);
	qb_log_ctl(io_log.target, QB_LOG_CONF_ENABLED, QB_TRUE);
	if (state_dir[0] != '\0')
		start_blackbox(state_dir);
	io_log.log = (struct log){ write_line, NULL };
	return 0;
}

bool
io_log_to_journal(const char *path)
{
	int fd = io_log.open ? io_journal_open(path) : -1;

	if (fd < 0)
		return false;
	qb_log_ctl(io_log.target, QB_LOG_CONF_ENABLED, QB_FALSE);
	io_log.journal = fd;
	io_log.to_journal = true;
	return true;
}

bool
io_log_to_syslog(const char *to)
{
	struct io_syslog fresh = { .fd = -1 };

	if (!io_log.open || (to[0] != '\0' && !io_syslog_open(&fresh, to)))
		return false;
	fresh.lost = io_log.syslog.lost;
	if (io_log.to_syslog)
		io_syslog_close(&io_log.syslog);
	io_log.syslog = fresh;
	io_log.to_syslog = to[0] != '\0';
	return true;
}

uint64_t
io_log_lost(void)
{
	return io_log.syslog.lost;
}

void
io_log_close(void)
{
	if (!io_log.open)
		return;
	for (size_t i = 0;
		io_log.blackbox[0] && i < sizeof(io_log_signals) / sizeof(io_log_signals[0]); i++)
		signal(io_log_signals[i], SIG_DFL);
	qb_log_fini();
	if (io_log.to_journal)
		close(io_log.journal);
	if (io_log.to_syslog)
		io_syslog_close(&io_log.syslog);
	memset(&io_log, 0, sizeof(io_log));
}

const struct log *
io_log_get(void)
{
	return &io_log.log;
}

const struct ctl_ring *
io_log_ring(void)
{
	return &io_log.ring;
}

uint64_t
io_log_count(enum log_level level)
{
	return io_log.counts[level];
}

int
io_log_dump_blackbox(char *path, size_t size, struct err *e)
{
	ssize_t written;

	if (!io_log.open || io_log.blackbox[0] == '\0')
		return err_set(e, E_STATE, "there is no blackbox");
	written = qb_log_blackbox_write_to_file(io_log.blackbox);
	if (written < 0)
		return err_set(e, E_IO, "%s: %s", io_log.blackbox, strerror((int)-written));
	snprintf(path, size, "%s", io_log.blackbox);
	return 0;
}

void
io_log_shape(bool json, bool mask, uint32_t rate)
{
	io_log.json = json;
	io_log.mask = mask;
	io_log.limit.lines_max = rate;
}

void
io_log_set_level(enum log_level level)
{
	log_levels_configure(&io_log.levels, level);
}

struct log_levels *
io_log_levels(void)
{
	return &io_log.levels;
}

void
io_log_reopen(void)
{
	if (io_log.open && io_log.file[0] != '\0')
		(void)qb_log_file_reopen(io_log.target, NULL);
}
