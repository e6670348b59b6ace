/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_LISTEN_H
#define TANDEM_TESTS_LAB_ACCOUNT_LISTEN_H

/*
 * Listens on the network interface `name` and writes to `path` which of the lab's nodes sent new TCP
 * bytes when, until SIGTERM or SIGINT: a line {"ev":"voice","node":"n1","from_us":..,"to_us":..,
 * "segments":..,"bytes":..} for each stretch in which one node alone spoke, and at the end
 * {"ev":"end","again":..,"dropped":..}: segments with old bytes only, frames that the kernel could not
 * keep. Prints "listening" when it does. Returns the exit code: 0, or 2 when it cannot listen or write.
 */
int account_listen(const char *name, const char *path);

#endif
