/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ringscript: what corosync tells a process group, on the simulated ring and on the real one.
 *
 *   ringscript sim SCRIPT SEEDS     a script of memberships on the simulated ring
 *   ringscript member GROUP         a member on the corosync of this host; tests/lab/test_ring.sh orders it about
 */
#include "tests/ring/ring_member.h"
#include "tests/ring/ring_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "sim") == 0)
		return ring_script(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "member") == 0)
		return ring_member(argv[2]);
	fprintf(stderr, "usage: ringscript sim SCRIPT SEEDS | ringscript member GROUP\n");
	return 2;
}
