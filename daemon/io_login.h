/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of clients against files of hashes (login-file of a section [application NAME]).
 *
 * crypt(3) is slow on purpose: it runs on libuv's threads, two at a time, so that names are resolved meanwhile; the others
 * wait in a queue with an end. A file that changed is read again before the next login, or by io_login_reload(); one that
 * cannot be taken leaves in force what was read before (37612). A user that there is not costs as much time as one of the
 * users of the files: always the same one for a name, so that asking twice tells nothing either.
 */
#ifndef TANDEM_DAEMON_IO_LOGIN_H
#define TANDEM_DAEMON_IO_LOGIN_H

#include "daemon/io_sink.h"

struct io_login;

/** `conf` must outlive it. */
struct io_login *io_login_new(const struct io_sink *sink, const struct conf *conf);
/** Reads all files again. */
void io_login_reload(struct io_login *l);
/**
 * LOGIN follows exactly once, none after io_login_close(). `application`: index in
 * conf.applications, or NODE_LOGIN_NOBODY: the answer is WRONG, after the time that a comparison takes.
 */
void io_login_check(struct io_login *l, uint64_t id, uint64_t application, struct str user,
	struct str password);
void io_login_close(struct io_login *l);
void io_login_free(struct io_login *l);

#endif
