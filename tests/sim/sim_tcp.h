/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clients' TCP connections: two byte streams each, cut at random places and delayed, closed by FIN or RST,
 * or gone silent with their host.
 */
#ifndef TANDEM_SIM_TCP_H
#define TANDEM_SIM_TCP_H

#include "tests/sim/sim_world.h"

void sim_tcp_init(struct sim *s);
void sim_tcp_fini(struct sim *s);

/* the client's side */
/**
 * Connects to node `target`, or to the service address (-1). Returns the id of the connection; sim_client_connected() or
 * sim_client_lost() follows.
 */
uint64_t sim_tcp_connect(struct sim *s, unsigned client, int target);
/** The client reads nothing for so long: what is sent from now on arrives, and is acknowledged, afterwards. */
void sim_tcp_stall(struct sim *s, uint64_t conn, int64_t us);
/** Something is held back so. */
bool sim_tcp_is_stalled(const struct sim *s, uint64_t conn);
void sim_tcp_client_send(struct sim *s, uint64_t conn, struct str bytes);
/** The client closes; nothing more is heard of this connection. */
void sim_tcp_client_close(struct sim *s, uint64_t conn);

/** Both ends have it: the client may believe in a connection whose other end died silently. */
bool sim_tcp_is_whole(const struct sim *s, uint64_t conn);

/* the node's side */
void sim_tcp_node_send(struct sim *s, unsigned node, uint64_t conn, struct str bytes);
void sim_tcp_node_close(struct sim *s, unsigned node, uint64_t conn, bool after_output);
/** Mute at once; the client hears of it after `us`, if the address is still there, or from whoever has it then. */
void sim_tcp_node_hold(struct sim *s, unsigned node, uint64_t conn, int64_t us);
/** The process on `node` died; `silent`: with its host. */
void sim_tcp_node_died(struct sim *s, unsigned node, uint64_t instance, bool silent);
/** The address has moved: a bare ACK to the client's side of a connection that died with the other node. */
void sim_tcp_nudge(struct sim *s, unsigned node, struct str peer, struct str local);

#endif
