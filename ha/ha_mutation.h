/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planted faults for the self-test of the simulator (docs/ha-protocol.md 15). Each is switched on by the macro
 * of the same name at compile time; a build without them behaves as if this file were empty.
 *
 *   TANDEM_MUTATE_GATE_IGNORED   the gate is always open, everything applied is released
 *   TANDEM_MUTATE_OFFSET         the active believes an acknowledgement one offset too high
 *   TANDEM_MUTATE_CONFCHG        after the first one, membership changes are ignored
 *   TANDEM_MUTATE_DIGEST         digests are not compared, and a standby leaves out one delta in 61
 *
 * A simulation that still passes with one of them lacks an invariant, or the rule is redundant.
 */
#ifndef TANDEM_HA_HA_MUTATION_H
#define TANDEM_HA_HA_MUTATION_H

#ifdef TANDEM_MUTATE_GATE_IGNORED
#define HA_MUTATED_GATE 1
#else
#define HA_MUTATED_GATE 0
#endif

#ifdef TANDEM_MUTATE_OFFSET
#define HA_MUTATED_OFFSET 1
#else
#define HA_MUTATED_OFFSET 0
#endif

#ifdef TANDEM_MUTATE_CONFCHG
#define HA_MUTATED_CONFCHG 1
#else
#define HA_MUTATED_CONFCHG 0
#endif

#ifdef TANDEM_MUTATE_DIGEST
#define HA_MUTATED_DIGEST 1
#else
#define HA_MUTATED_DIGEST 0
#endif

#endif
