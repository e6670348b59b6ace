/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Style and script of the page, which has them inside, and the policy that lets a browser run nothing else: it names both by
 * their SHA-256. Who changes one of them finds the new hash in what check_http_asset says.
 */
#ifndef TANDEM_DAEMON_HTTP_ASSET_H
#define TANDEM_DAEMON_HTTP_ASSET_H

#define HTTP_CSS_SHA256 "+MS8exWw3wSB05WimuRlBXUgu83m6pBSCCuyGQh/M+U="
#define HTTP_JS_SHA256 "WwYq5Pq4oVSDp4hPkYSYKcYtGoFHKTA/jyfLCPVr2Rc="

/* Content-Security-Policy of every answer. */
#define HTTP_POLICY \
	"default-src 'none'; style-src 'sha256-" HTTP_CSS_SHA256 \
	"'; script-src 'sha256-" HTTP_JS_SHA256 \
	"'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

extern const char http_css[];
extern const char http_js[];

#endif
