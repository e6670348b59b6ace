/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to call control and media services: see csta_encode.h. */
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"
#include "proto/csta_frame.h"

struct response_form {
	const char *root;
	const char *connection;
};

static const struct response_form response_forms[] = {
	[CSTA_ConsultationCall] = { "ConsultationCallResponse", "initiatedCall" },
	[CSTA_DirectedPickupCall] = { "DirectedPickupCallResponse", "pickedCall" },
	[CSTA_GroupPickupCall] = { "GroupPickupCallResponse", "pickedCall" },
	[CSTA_ParkCall] = { "ParkCallResponse", "parkedTo" },
	[CSTA_IntrudeCall] = { "IntrudeCallResponse", "conferencedCall" },
	[CSTA_TransferCall] = { "TransferCallResponse", "transferredCall" },
	[CSTA_SingleStepTransferCall] = { "SingleStepTransferCallResponse", "transferredCall" },
	[CSTA_ConferenceCall] = { "ConferenceCallResponse", "conferenceCall" },
};

/* Every other service has an answer of another shape. */
static struct response_form
response_form_of(enum csta_request_kind kind)
{
	REQUIRE(kind < sizeof(response_forms) / sizeof(response_forms[0]) &&
		response_forms[kind].root != NULL);
	return response_forms[kind];
}

void
csta_put_connection_response(struct buf *b, enum csta_edition ed, enum csta_request_kind kind,
	const struct csta_ref *connection)
{
	struct response_form form = response_form_of(kind);

	csta_encode_part_open(b, ed, form.root);
	if (connection->call_id != 0 || kind == CSTA_ConsultationCall)
		csta_encode_part_ref(b, form.connection, connection);
	xmlw_close(b, form.root);
}

void
csta_put_merge_response(struct buf *b, enum csta_edition ed, enum csta_request_kind kind,
	const struct csta_ref *call, const struct csta_link *links, size_t count)
{
	struct response_form form = response_form_of(kind);

	csta_encode_part_open(b, ed, form.root);
	csta_encode_part_ref(b, form.connection, call);
	if (count > 0)
		csta_encode_part_links(b, "connections", links, count);
	xmlw_close(b, form.root);
}

void
csta_put_record_message_response(struct buf *b, enum csta_edition ed, struct str message)
{
	csta_encode_part_open(b, ed, "RecordMessageResponse");
	if (message.n > 0)
		xmlw_element(b, "resultingMessage", message);
	xmlw_close(b, "RecordMessageResponse");
}
