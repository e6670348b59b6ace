/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the daemon: see ctl_client.h.
 *
 * The connection is made in two steps, because the one-step call of libqb waits for ever for a
 * server that is stopped between listening and answering.
 */
#include "daemon/ctl_client.h"

#include "daemon/ctl.h"
#include "proto/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <qb/qbipcc.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#define CTL_CLIENT_MESSAGE_ID 1

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
left_ms(int64_t until_ms)
{
	int64_t left = until_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

/* `failed` is a positive errno. */
static int
translate(int failed, const char *name, struct err *e)
{
	switch (failed) {
	case ECONNREFUSED:
	case ENOENT:
		return err_set(e, E_UNKNOWN, "no daemon answers at %s", name);
	case EACCES:
	case EPERM:
		return err_set(e, E_REFUSED,
			"not permitted: only root and the user of the daemon may ask");
	case EAGAIN:
	case ETIMEDOUT:
		return err_set(e, E_TIMEOUT, "the daemon at %s does not answer", name);
	default:
		return err_set(e, E_IO, "control channel %s: %s", name, strerror(failed));
	}
}

static int
connect_by(const char *name, int64_t until_ms, qb_ipcc_connection_t **conn, struct err *e)
{
	int fd = -1;
	qb_ipcc_connection_t *c = qb_ipcc_connect_async(name, CTL_MESSAGE_BYTES_MAX, &fd);
	struct pollfd p = { .events = POLLIN };
	int result;

	if (c == NULL)
		return translate(errno, name, e);
	p.fd = fd;
	if (poll(&p, 1, left_ms(until_ms)) <= 0) {
		qb_ipcc_disconnect(c);
		return translate(ETIMEDOUT, name, e);
	}
	result = qb_ipcc_connect_continue(c); /* frees it when it fails */
	if (result != 0)
		return translate(result < 0 ? -result : result, name, e);
	*conn = c;
	return 0;
}

static int
exchange(qb_ipcc_connection_t *c, const char *name, const char *request, int64_t until_ms,
	struct buf *answer, struct err *e)
{
	struct qb_ipc_request_header head = { .id = CTL_CLIENT_MESSAGE_ID };
	struct qb_ipc_response_header got;
	struct iovec parts[2] = {
		{ &head, sizeof(head) },
		{ (void *)(uintptr_t)request, strlen(request) },
	};
	char *bytes;
	ssize_t n;

	head.size = (int32_t)(sizeof(head) + parts[1].iov_len);
	n = qb_ipcc_sendv(c, parts, 2);
	if (n < 0)
		return translate((int)-n, name, e);
	bytes = mem_alloc(CTL_MESSAGE_BYTES_MAX);
	n = qb_ipcc_recv(c, bytes, CTL_MESSAGE_BYTES_MAX, left_ms(until_ms));
	if (n >= (ssize_t)sizeof(got)) {
		memcpy(&got, bytes, sizeof(got));
		if (got.size >= (int32_t)sizeof(got) && got.size <= n)
			buf_put(answer, bytes + sizeof(got), (size_t)got.size - sizeof(got));
	}
	mem_free(bytes);
	if (n < 0)
		return translate((int)-n, name, e);
	return answer->n > 0 ?
		0 :
		err_set(e, E_IO, "control channel %s: an answer without content", name);
}

int
ctl_client_ask(const char *name, const char *request, int64_t deadline_ms, struct buf *answer,
	struct err *e)
{
	int64_t until_ms = now_ms() + deadline_ms;
	qb_ipcc_connection_t *c = NULL;
	int result = connect_by(name, until_ms, &c, e);

	if (result != 0)
		return result;
	result = exchange(c, name, request, until_ms, answer, e);
	qb_ipcc_disconnect(c);
	return result;
}
