/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_H
#define TANDEM_TESTS_BWSIM_BWS_H

#include "tests/bwsim/bws_account.h"
#include "tests/bwsim/bws_as.h"
#include "tests/bwsim/bws_auth.h"
#include "tests/bwsim/bws_call.h"
#include "tests/bwsim/bws_chan.h"
#include "tests/bwsim/bws_contact.h"
#include "tests/bwsim/bws_control.h"
#include "tests/bwsim/bws_controller.h"
#include "tests/bwsim/bws_cti.h"
#include "tests/bwsim/bws_deliver.h"
#include "tests/bwsim/bws_fault.h"
#include "tests/bwsim/bws_garble.h"
#include "tests/bwsim/bws_http.h"
#include "tests/bwsim/bws_knobs.h"
#include "tests/bwsim/bws_later.h"
#include "tests/bwsim/bws_load.h"
#include "tests/bwsim/bws_rate.h"
#include "tests/bwsim/bws_scenario.h"
#include "tests/bwsim/bws_stats.h"
#include "tests/bwsim/bws_sub.h"
#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_tls.h"
#include "tests/bwsim/bws_user.h"
#include "tests/bwsim/bws_util.h"
#include "tests/bwsim/bws_validate.h"

#include <stdio.h>

/*
 * The whole simulated BroadWorks: one struct, one thread. Each part is described in the header
 * of its module; modules get the world as first argument.
 *
 *	bws_http, bws_stream	HTTP servers ("XSP") and the streams of event channels
 *	bws_cti, bws_tls	the CTI interface over TCP, TLS before HTTP and CTI
 *	bws_auth, bws_validate	log-in, schema of what comes and goes
 *	bws_route, bws_events_api, bws_actions_api	requests
 *	bws_chan, bws_sub, bws_deliver	channels and sets, subscriptions, events until acknowledged
 *	bws_user, bws_call, bws_drive, bws_load, bws_as	users, calls, who moves them, the two AS
 *	bws_entry, bws_acd, bws_agent, bws_route_point	calls held by call centers and route points
 *	bws_package, bws_snapshot, bws_service	event packages, services of users
 *	bws_doc, bws_parse	documents written and read
 *	bws_control, bws_journal, bws_knobs, bws_fault, bws_garble, bws_redirect, bws_stats	the tester's side
 */
struct bws {
	struct bws_knobs knobs;
	uint64_t seed;
	struct bws_timers timers;
	struct bws_rand rand_id;    /* ids */
	struct bws_rand rand_route; /* which channel */
	struct bws_rand rand_call;  /* durations and outcomes of calls */
	struct bws_rand rand_load;  /* arrivals, who calls whom */
	struct bws_rand rand_as;    /* registrations, lost subscriptions */
	struct bws_rand rand_net;   /* delays of replies */
	FILE *journal;
	struct bws_accounts accounts;
	struct bws_users users;
	struct bws_auth auth;
	struct bws_rates rates;
	struct bws_http http;
	struct bws_cti cti;
	struct bws_tls tls;
	struct bws_validate validate;
	struct bws_chans chans;
	struct bws_subs subs;
	struct bws_deliver deliver;
	struct bws_contacts contacts;
	struct bws_garble garble;
	struct bws_calls calls;
	struct bws_later_list later;
	struct bws_controllers controllers;
	struct bws_as as;
	struct bws_load load;
	struct bws_faults faults;
	struct bws_stats stats;
	struct bws_control control;
	struct bws_scenario scenario;
	int epoll_fd;
	bool quit;
};

/* Something that waits for a descriptor in the main loop. */
struct bws_watch {
	void (*ready)(void *arg, uint32_t events);
	void *arg;
};

/* Adds @fd with the epoll @events to the main loop. Returns 0 or -1 with errno. */
int bws_watch_add(struct bws *w, int fd, uint32_t events, struct bws_watch *watch);

/* Changes the events of @fd. */
int bws_watch_change(struct bws *w, int fd, uint32_t events, struct bws_watch *watch);

/* Forgets @fd (before it is closed). */
void bws_watch_del(struct bws *w, int fd);

#endif
