/* SPDX-License-Identifier: Apache-2.0 */
/* The policy names style and script as they are. */
#include "daemon/http_asset.h"

#include <check.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static void
expect_hash(const char *what, const char *text, const char *expected)
{
	unsigned char digest[EVP_MAX_MD_SIZE], base64[EVP_MAX_MD_SIZE * 2];
	unsigned n = 0;

	ck_assert_int_eq(EVP_Digest(text, strlen(text), digest, &n, EVP_sha256(), NULL), 1);
	EVP_EncodeBlock(base64, digest, (int)n);
	ck_assert_msg(strcmp((char *)base64, expected) == 0, "HTTP_%s_SHA256 is \"%s\"", what,
		(char *)base64);
}

START_TEST(hashes)
{
	expect_hash("CSS", http_css, HTTP_CSS_SHA256);
	expect_hash("JS", http_js, HTTP_JS_SHA256);
	ck_assert_ptr_nonnull(strstr(HTTP_POLICY, HTTP_CSS_SHA256));
	ck_assert_ptr_nonnull(strstr(HTTP_POLICY, HTTP_JS_SHA256));
	ck_assert_ptr_nonnull(strstr(HTTP_POLICY, "default-src 'none'"));
	ck_assert_ptr_null(strstr(HTTP_POLICY, "unsafe"));
}
END_TEST

/* Nothing from elsewhere, nothing that ends the element it stands in. */
START_TEST(self_contained)
{
	static const char *const never[] = { "http:", "https:", "//", "url(", "@import", "</" };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		ck_assert_msg(strstr(http_css, never[i]) == NULL, "%s", never[i]);
		ck_assert_msg(strstr(http_js, never[i]) == NULL, "%s", never[i]);
	}
	ck_assert_uint_lt(strlen(http_css) + strlen(http_js), 5 * 1024);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_asset");
	TCase *t = tcase_create("http_asset");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, hashes);
	tcase_add_test(t, self_contained);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
