/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_FAULT_H
#define TANDEM_TESTS_BWSIM_BWS_FAULT_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_req;

/* A wrong answer that the next @count requests get that fit. */
struct bws_fault {
	TAILQ_ENTRY(bws_fault) link;
	regex_t path_re;
	char *path_text;
	char *method;   /* NULL = any */
	char *xsp;      /* NULL = any */
	char *location; /* for 302, NULL = none */
	int64_t count;
	int status; /* 0 with delay_ms: only delays; 0 with drop: closes the connection */
	int error_code;
	int64_t delay_ms;
	bool drop;
};

TAILQ_HEAD(bws_fault_list, bws_fault);

struct bws_faults {
	struct bws_fault_list list;
};

void bws_fault_init(struct bws *w);

/* Takes over @f (made with calloc, texts with strdup; path_re compiled here from path_text).
 * Returns 0, or -1 when the expression is wrong (then @f still belongs to the caller). */
int bws_fault_add(struct bws *w, struct bws_fault *f);

/* Applies the first fault that fits. Returns true when it answered the request. */
bool bws_fault_apply(struct bws *w, struct bws_req *r);

/* Frees a fault that is not in the list. */
void bws_fault_free(struct bws_fault *f);

/* Removes all faults. */
void bws_fault_clear(struct bws *w);

#endif
