/* SPDX-License-Identifier: Apache-2.0 */
/* The schemas in the programs: each is there, is JSON, and says what it is. */
#include "daemon/schema.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

START_TEST(all_of_them)
{
	size_t i;

	for (i = 0; schema_name(i) != NULL; i++) {
		json_t *root =
			json_loads(schema_text(schema_name(i)), JSON_REJECT_DUPLICATES, NULL);
		const char *id;

		ck_assert_msg(root != NULL, "%s is no JSON", schema_name(i));
		id = json_string_value(json_object_get(root, "$id"));
		ck_assert_ptr_nonnull(id);
		ck_assert_int_eq(strncmp(id, "tandemctl/", 10), 0);
		json_decref(root);
	}
	ck_assert_uint_gt(i, 10);
	ck_assert_ptr_null(schema_text("nothing"));
	ck_assert_ptr_null(schema_text(""));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("schema");
	TCase *t = tcase_create("schema");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, all_of_them);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
