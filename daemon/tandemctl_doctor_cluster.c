/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of corosync and Pacemaker: see tandemctl_doctor.h. */
#include "daemon/tandemctl_doctor_part.h"
#include "daemon/tandemctl_pause.h"
#include "daemon/tandemctl_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define DOCTOR_TOKEN_MS_MIN 500   /* below that a busy machine loses the ring without a fault */
#define DOCTOR_DETECT_MS_MAX 3000 /* a longer detection of a dead node is worth a warning */
/* What deploy/pacemaker sets, and what Pacemaker does if nothing is set. */
#define DOCTOR_LOAD_PERCENT 1000
#define DOCTOR_LOAD_PERCENT_DEFAULT 80
#define DOCTOR_JOBS 8
#define DOCTOR_JOBS_DEFAULT_PER_CORE 2

static const char *
cmap_of(const json_t *facts, struct tandemctl_finding *f)
{
	return tandemctl_needed(
		facts, "cmap", "corosync does not run here, or corosync-cmapctl may not ask it", f);
}

static const char *
cib_of(const json_t *facts, struct tandemctl_finding *f)
{
	return tandemctl_needed(
		facts, "cib", "Pacemaker does not run here, or cibadmin may not ask it", f);
}

/* "KEY (type) = VALUE" of corosync-cmapctl; false: there is no such key. */
static bool
cmap_value(const char *cmap, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);

	for (const char *line = cmap; line != NULL && *line != '\0';
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *at = strstr(line, ") = ");
		size_t length;

		if (strncmp(line, key, n) != 0 || line[n] != ' ' || at == NULL)
			continue;
		at += 4;
		length = strcspn(at, "\n");
		snprintf(value, size, "%.*s", (int)length, at);
		return true;
	}
	return false;
}

static int64_t
cmap_number(const char *cmap, const char *key)
{
	char value[64];

	return cmap_value(cmap, key, value, sizeof(value)) ? strtoll(value, NULL, 10) : -1;
}

/* An nvpair of the CIB; false: it is not there. */
static bool
cib_pair(const char *xml, const char *name, char *value, size_t size)
{
	const char *tag = tandemctl_find_tag(xml, "nvpair", "name", name);

	return tag != NULL && tandemctl_attribute(tag, "value", value, size);
}

static bool
is_true(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "1") == 0 || strcmp(value, "yes") == 0;
}

/* --- corosync ----------------------------------------------------------------------------------- */

void
tandemctl_check_nodes(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cmap = cmap_of(facts, f);
	char one[64], two[64], three[64];

	if (cmap == NULL)
		return;
	if (!cmap_value(cmap, "nodelist.node.0.name", one, sizeof(one)) ||
		!cmap_value(cmap, "nodelist.node.1.name", two, sizeof(two))) {
		tandemctl_say(f, TANDEMCTL_FAIL, "the nodelist has not two nodes with names");
		tandemctl_advise(f,
			"write node { name: ... } for both into corosync.conf, as uname -n says");
	} else if (cmap_value(cmap, "nodelist.node.2.name", three, sizeof(three))) {
		tandemctl_say(
			f, TANDEMCTL_WARN, "more than two nodes: %s, %s, %s", one, two, three);
		tandemctl_advise(f, "keep tandemd-clone off the others by location constraints");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "%s and %s", one, two);
	}
}

static bool
has_qdevice(const char *cmap)
{
	char value[64];

	return cmap_value(cmap, "quorum.device.model", value, sizeof(value));
}

void
tandemctl_check_votes(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cmap = cmap_of(facts, f);

	if (cmap == NULL)
		return;
	if (has_qdevice(cmap)) {
		tandemctl_say(f, TANDEMCTL_PASS, "a third vote decides (qdevice)");
	} else if (cmap_number(cmap, "quorum.two_node") == 1) {
		tandemctl_say(f, TANDEMCTL_PASS, "two_node: fencing decides");
	} else {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"neither two_node nor a third vote: a node alone has no quorum");
		tandemctl_advise(f,
			"two_node: 1 in corosync.conf, or better a qdevice (man tandem-cluster)");
	}
}

void
tandemctl_check_links(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cmap = cmap_of(facts, f);
	char value[64];

	if (cmap == NULL)
		return;
	if (cmap_value(cmap, "nodelist.node.0.ring1_addr", value, sizeof(value))) {
		tandemctl_say(f, TANDEMCTL_PASS, "two or more");
		return;
	}
	tandemctl_say(f, TANDEMCTL_WARN, "only one: a cable cut looks like the death of a node");
	tandemctl_advise(
		f, "add a second link, ring1_addr, over another switch (man tandem-cluster)");
}

void
tandemctl_check_token(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cmap = cmap_of(facts, f);
	int64_t token, consensus,
		lease = (int64_t)json_integer_value(json_object_get(facts, "lease_ms"));

	if (cmap == NULL)
		return;
	token = cmap_number(cmap, "runtime.config.totem.token");
	consensus = cmap_number(cmap, "runtime.config.totem.consensus");
	if (token < 0 || consensus < 0) {
		tandemctl_say(f, TANDEMCTL_SKIP, "corosync does not say them");
	} else if (token < DOCTOR_TOKEN_MS_MIN) {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"token %" PRId64 " ms: a busy machine loses the ring without a fault",
			token);
		tandemctl_advise(f, "token: 1000");
	} else if (lease > 0 && lease <= token + consensus) {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"lease-ms %" PRId64 " is not longer than token + consensus, %" PRId64 " ms",
			lease, token + consensus);
		tandemctl_advise(
			f, "lease-ms above token + consensus in tandem.conf, on both nodes");
	} else if (token + consensus > DOCTOR_DETECT_MS_MAX) {
		tandemctl_say(f, TANDEMCTL_WARN,
			"token %" PRId64 ", consensus %" PRId64
			": a dead node is seen after about %.1f s",
			token, consensus, (double)(token + consensus) / 1000);
		tandemctl_advise(f, "token: 1000 and, with two nodes only, consensus: 200");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "token %" PRId64 ", consensus %" PRId64 " ms",
			token, consensus);
	}
}

void
tandemctl_check_crypto(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cmap = cmap_of(facts, f);
	char cipher[32] = "none", hash[32] = "none";

	if (cmap == NULL)
		return;
	(void)cmap_value(cmap, "totem.crypto_cipher", cipher, sizeof(cipher));
	(void)cmap_value(cmap, "totem.crypto_hash", hash, sizeof(hash));
	if (strcmp(cipher, "none") != 0 && strcmp(hash, "none") != 0) {
		tandemctl_say(f, TANDEMCTL_PASS, "%s, %s", cipher, hash);
		return;
	}
	tandemctl_say(f, TANDEMCTL_WARN,
		"call data crosses the ring in the clear, and anybody may speak there");
	tandemctl_advise(f, "corosync-keygen; crypto_cipher: aes256 and crypto_hash: sha256");
}

void
tandemctl_check_quorum(const json_t *facts, struct tandemctl_finding *f)
{
	const char *quorum =
		tandemctl_needed(facts, "quorum", "corosync-quorumtool does not answer", f);

	if (quorum == NULL)
		return;
	if (strstr(quorum, "Quorate:          Yes") != NULL ||
		strstr(quorum, "Quorate: Yes") != NULL) {
		tandemctl_say(f, TANDEMCTL_PASS, "this node has it");
		return;
	}
	tandemctl_say(f, TANDEMCTL_FAIL, "this node has none, and may not become active");
	tandemctl_advise(f, "corosync-quorumtool -s and corosync-cfgtool -n: who is missing?");
}

/* --- Pacemaker ---------------------------------------------------------------------------------- */

void
tandemctl_check_fencing(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f);
	char value[64] = "true";

	if (cib == NULL)
		return;
	(void)cib_pair(cib, "stonith-enabled", value, sizeof(value));
	if (!is_true(value)) {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"is disabled: a cut between the nodes makes both of them active");
		tandemctl_advise(f,
			"configure devices (deploy/pacemaker/fencing), then stonith-enabled=true");
	} else if (tandemctl_find_tag(cib, "primitive", "class", "stonith") == NULL) {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"is enabled, but there is no device: a dead active is never replaced");
		tandemctl_advise(f, "configure a device for each node (deploy/pacemaker/fencing)");
	} else if (!json_is_true(json_object_get(facts, "fencing"))) {
		tandemctl_say(f, TANDEMCTL_WARN,
			"works, but tandem.conf says fencing = no: the active stops without need");
		tandemctl_advise(f, "fencing = yes in tandem.conf, on both nodes");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "is enabled and has devices");
	}
}

void
tandemctl_check_fencing_delay(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cmap = cmap_of(facts, f), *cib = cib_of(facts, f);
	char value[64] = "0";

	if (cmap == NULL || cib == NULL)
		return;
	(void)cib_pair(cib, "priority-fencing-delay", value, sizeof(value));
	if (has_qdevice(cmap)) {
		tandemctl_say(f, TANDEMCTL_PASS, "%s, with a third vote", value);
		if (strtol(value, NULL, 10) == 0)
			return;
		tandemctl_say(f, TANDEMCTL_WARN,
			"%s delays every takeover; the third vote makes it needless", value);
		tandemctl_advise(f, "crm_attribute -n priority-fencing-delay -v 0");
	} else if (strtol(value, NULL, 10) == 0) {
		tandemctl_say(f, TANDEMCTL_WARN,
			"0: when the link is cut, chance decides whether the active is shot");
		tandemctl_advise(
			f, "crm_attribute -n priority-fencing-delay -v 2s, or a third vote");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "%s: the active wins a cut", value);
	}
}

/* The primitive of our agent: its start tag; NULL with a finding. */
static const char *
our_primitive(const char *cib, struct tandemctl_finding *f)
{
	const char *tag = tandemctl_find_tag(cib, "primitive", "type", "tandemd");

	if (tag != NULL)
		return tag;
	tandemctl_say(
		f, TANDEMCTL_FAIL, "Pacemaker has no resource of the type ocf:tandem:tandemd");
	tandemctl_advise(f, "deploy/pacemaker/setup-pcs.sh or setup-crmsh.sh");
	return NULL;
}

void
tandemctl_check_resource(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f), *tag;
	char id[64] = "", value[64] = "";

	if (cib == NULL)
		return;
	tag = our_primitive(cib, f);
	if (tag == NULL)
		return;
	(void)tandemctl_attribute(tag, "id", id, sizeof(id));
	if (strcmp(id, tandemctl_fact(facts, "resource")) != 0) {
		tandemctl_say(f, TANDEMCTL_FAIL, "Pacemaker calls it %s, tandem.conf %s", id,
			tandemctl_fact(facts, "resource"));
		tandemctl_advise(
			f, "resource = %s in [pacemaker] of tandem.conf, on both nodes", id);
	} else if (!cib_pair(cib, "promotable", value, sizeof(value)) || !is_true(value)) {
		tandemctl_say(f, TANDEMCTL_FAIL, "its clone is not promotable");
		tandemctl_advise(f, "promotable=true promoted-max=1 for the clone");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "%s, a promotable clone", id);
	}
}

/* The interval of the shallow monitor of a role; "" if there is none. `tag` is the primitive. */
static void
monitor_interval(
	const char *tag, const char *role, const char *old_role, char *interval, size_t size)
{
	const char *end = strstr(tag, "</primitive>");
	char found[32];

	interval[0] = '\0';
	for (const char *op = strstr(tag, "<op "); op != NULL && (end == NULL || op < end);
		op = strstr(op + 1, "<op ")) {
		if (!tandemctl_attribute(op, "name", found, sizeof(found)) ||
			strcmp(found, "monitor") != 0 ||
			!tandemctl_attribute(op, "role", found, sizeof(found)) ||
			(strcmp(found, role) != 0 && strcmp(found, old_role) != 0))
			continue;
		(void)tandemctl_attribute(op, "interval", interval, size);
		return;
	}
}

void
tandemctl_check_monitors(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f), *tag;
	char promoted[32], other[32];

	if (cib == NULL)
		return;
	tag = our_primitive(cib, f);
	if (tag == NULL)
		return;
	monitor_interval(tag, "Promoted", "Master", promoted, sizeof(promoted));
	monitor_interval(tag, "Unpromoted", "Slave", other, sizeof(other));
	if (promoted[0] == '\0' || other[0] == '\0') {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"a role has none: a hanging daemon is not noticed there");
		tandemctl_advise(
			f, "op monitor interval=1s role=Promoted, and interval=3s role=Unpromoted");
	} else if (strcmp(promoted, other) == 0) {
		tandemctl_say(f, TANDEMCTL_FAIL,
			"both roles have %s: Pacemaker takes them for one and runs one", other);
		tandemctl_advise(f, "give them different intervals, 1s and 3s");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "%s promoted, %s unpromoted", promoted, other);
	}
}

void
tandemctl_check_threshold(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f);
	char threshold[32] = "", timeout[32] = "";

	if (cib == NULL)
		return;
	(void)cib_pair(cib, "migration-threshold", threshold, sizeof(threshold));
	(void)cib_pair(cib, "failure-timeout", timeout, sizeof(timeout));
	if (strcmp(threshold, "1") != 0) {
		tandemctl_say(f, TANDEMCTL_WARN,
			"%s: a failed instance may be started again before its peer takes over",
			threshold[0] != '\0' ? threshold : "not set");
		tandemctl_advise(f,
			"migration-threshold=1 failure-timeout=60s as meta attributes of the resource");
	} else if (timeout[0] == '\0') {
		tandemctl_say(f, TANDEMCTL_WARN,
			"1 without failure-timeout: a node that failed once stays away");
		tandemctl_advise(f, "failure-timeout=60s as a meta attribute of the resource");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "1, forgotten after %s", timeout);
	}
}

void
tandemctl_check_bans(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f), *at;
	char id[96];

	if (cib == NULL)
		return;
	for (at = strstr(cib, "<rsc_location "); at != NULL;
		at = strstr(at + 1, "<rsc_location ")) {
		if (!tandemctl_attribute(at, "id", id, sizeof(id)) ||
			(strncmp(id, "cli-ban-", 8) != 0 && strncmp(id, "cli-prefer-", 11) != 0))
			continue;
		tandemctl_say(
			f, TANDEMCTL_FAIL, "%s is left over: a takeover may be impossible", id);
		tandemctl_advise(
			f, "crm_resource --clear -r %s", tandemctl_fact(facts, "resource"));
		return;
	}
	tandemctl_say(f, TANDEMCTL_PASS, "no ban or preference is left over from a move by hand");
}

void
tandemctl_check_managed(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f);
	const json_t *status = json_object_get(facts, "status");
	char value[32] = "", now[32], text[200] = "";

	if (cib == NULL)
		return;
	tandemctl_pause_time((int64_t)json_integer_value(json_object_get(status, "t_us")) / 1000000,
		now, sizeof(now));
	if (tandemctl_pause_of(cib, now, text, sizeof(text))) {
		tandemctl_say(f, TANDEMCTL_FAIL, "paused %s; nothing is taken over", text);
		tandemctl_advise(f, "tandemctl resume");
	} else if (text[0] != '\0') {
		tandemctl_say(f, TANDEMCTL_PASS, "no maintenance is on; a pause %s is over", text);
	} else if (cib_pair(cib, "maintenance-mode", value, sizeof(value)) && is_true(value)) {
		tandemctl_say(f, TANDEMCTL_FAIL, "maintenance-mode is on: nothing is taken over");
		tandemctl_advise(f, "crm_attribute -n maintenance-mode -v false");
	} else if (cib_pair(cib, "is-managed", value, sizeof(value)) && !is_true(value)) {
		tandemctl_say(f, TANDEMCTL_FAIL, "a resource is not managed: it is not taken over");
		tandemctl_advise(f, "tandemctl resume");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "no maintenance is left on");
	}
}

/* A colocation or an order that names both; the order of the names does not matter here. */
static bool
is_tied(const char *cib, const char *what, const char *attribute, const char *id)
{
	return tandemctl_find_tag(cib, what, attribute, id) != NULL;
}

void
tandemctl_check_address(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f), *tag;
	const char *address = tandemctl_fact(facts, "virtual_address");
	char id[64] = "";

	if (cib == NULL)
		return;
	if (address[0] == '\0') {
		tandemctl_say(f, TANDEMCTL_WARN,
			"none is configured: clients are not told that the node they spoke to is dead");
		tandemctl_advise(f,
			"virtual-address in [csta] of tandem.conf, and an IPaddr2 resource with it");
		return;
	}
	tag = tandemctl_find_tag(cib, "nvpair", "value", address);
	if (tag == NULL || tandemctl_find_tag(cib, "primitive", "type", "IPaddr2") == NULL) {
		tandemctl_say(f, TANDEMCTL_FAIL, "Pacemaker has no address %s", address);
		tandemctl_advise(f, "an ocf:heartbeat:IPaddr2 with ip=%s", address);
		return;
	}
	tag = tandemctl_find_tag(cib, "primitive", "type", "IPaddr2");
	(void)tandemctl_attribute(tag, "id", id, sizeof(id));
	if (!is_tied(cib, "rsc_colocation", "rsc", id)) {
		tandemctl_say(f, TANDEMCTL_FAIL, "%s is not tied to the active node", id);
		tandemctl_advise(f, "colocation of %s with the promoted role of the clone", id);
	} else if (!is_tied(cib, "rsc_order", "then", id)) {
		tandemctl_say(f, TANDEMCTL_WARN, "%s may come before the node is active", id);
		tandemctl_advise(f, "an order: promote the clone, then start %s", id);
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "%s goes with the active node", id);
	}
}

void
tandemctl_check_failures(const json_t *facts, struct tandemctl_finding *f)
{
	const char *mon = tandemctl_needed(facts, "mon", "Pacemaker does not run here", f), *at;
	char key[96], node[64] = "?";
	const char *resource = tandemctl_fact(facts, "resource");

	if (mon == NULL)
		return;
	for (at = strstr(mon, "<failure "); at != NULL; at = strstr(at + 1, "<failure ")) {
		if (!tandemctl_attribute(at, "op_key", key, sizeof(key)) ||
			strncmp(key, resource, strlen(resource)) != 0)
			continue;
		(void)tandemctl_attribute(at, "node", node, sizeof(node));
		tandemctl_say(f, TANDEMCTL_WARN,
			"%s failed on %s; that node may be kept from taking over", key, node);
		tandemctl_advise(f, "see the log there, then: crm_resource --cleanup -r %s -N %s",
			resource, node);
		return;
	}
	tandemctl_say(f, TANDEMCTL_PASS, "none is remembered");
}

/* How many actions Pacemaker runs on a node at a time: 0 and nothing mean the same. */
static long
jobs_of(const json_t *facts, const char *cib)
{
	char value[32] = "";
	long jobs;

	(void)cib_pair(cib, "node-action-limit", value, sizeof(value));
	jobs = strtol(value, NULL, 10);
	if (jobs > 0)
		return jobs;
	return DOCTOR_JOBS_DEFAULT_PER_CORE *
		(long)json_integer_value(json_object_get(facts, "cores"));
}

/* The load of a node, in percent of a core, from which on it gets less to do; 0: never. */
static long
load_of(const char *cib)
{
	char value[32];

	return cib_pair(cib, "load-threshold", value, sizeof(value)) ? strtol(value, NULL, 10) :
								       DOCTOR_LOAD_PERCENT_DEFAULT;
}

void
tandemctl_check_pace(const json_t *facts, struct tandemctl_finding *f)
{
	const char *cib = cib_of(facts, f);
	long load, jobs;

	if (cib == NULL)
		return;
	load = load_of(cib);
	jobs = jobs_of(facts, cib);
	if (load > 0 && load < DOCTOR_LOAD_PERCENT) {
		tandemctl_say(f, TANDEMCTL_WARN,
			"load-threshold %ld%%: on a busy node a takeover goes one step at a time",
			load);
		tandemctl_advise(f, "crm_attribute -n load-threshold -v %d%%", DOCTOR_LOAD_PERCENT);
	} else if (jobs < DOCTOR_JOBS) {
		tandemctl_say(f, TANDEMCTL_WARN,
			"node-action-limit %ld: at a takeover the address waits for monitors",
			jobs);
		tandemctl_advise(f, "crm_attribute -n node-action-limit -v %d", DOCTOR_JOBS);
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "a takeover waits for no monitor, nor for load");
	}
}
