/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planted faults for the self-test of the simulator, as ha/ha_mutation.h has them for the protocol: each is switched on by
 * the macro of the same name at compile time; a build without them behaves as if this file were empty.
 *
 *   TANDEM_MUTATE_MERGE      who is not the controller is not told that his call became part of a conference
 *   TANDEM_MUTATE_TOLD_CALL  a snapshot of the state forgets in which call clients know a party
 *   TANDEM_MUTATE_JOURNAL    a new active does not go on with operations of several steps
 *   TANDEM_MUTATE_QUEUE      what a queue says of its calls when it is asked is not compared
 */
#ifndef TANDEM_CORE_CORE_MUTATION_H
#define TANDEM_CORE_CORE_MUTATION_H

#ifdef TANDEM_MUTATE_MERGE
#define CORE_MUTATED_MERGE 1
#else
#define CORE_MUTATED_MERGE 0
#endif

#ifdef TANDEM_MUTATE_TOLD_CALL
#define CORE_MUTATED_TOLD_CALL 1
#else
#define CORE_MUTATED_TOLD_CALL 0
#endif

#ifdef TANDEM_MUTATE_JOURNAL
#define CORE_MUTATED_JOURNAL 1
#else
#define CORE_MUTATED_JOURNAL 0
#endif

#ifdef TANDEM_MUTATE_QUEUE
#define CORE_MUTATED_QUEUE 1
#else
#define CORE_MUTATED_QUEUE 0
#endif

#endif
