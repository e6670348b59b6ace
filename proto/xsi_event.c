/* SPDX-License-Identifier: Apache-2.0 */
/* Names and classes of the events: see xsi_event.h. */
#include "proto/xsi_event.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const event_names[] = { [XSI_EV_UNKNOWN] = "unknown",
#define XX(name, class) [XSI_EV_##name] = #name "Event",
	XSI_EVENTS(XX)
#undef XX
#define XX(name, type, class) [XSI_EV_##name] = (type),
		XSI_EVENTS_ODD(XX)
#undef XX
};

static const uint8_t event_classes[] = { [XSI_EV_UNKNOWN] = XSI_CLASS_OTHER,
#define XX(name, class) [XSI_EV_##name] = XSI_CLASS_##class,
	XSI_EVENTS(XX)
#undef XX
#define XX(name, type, class) [XSI_EV_##name] = XSI_CLASS_##class,
		XSI_EVENTS_ODD(XX)
#undef XX
};

const char *
xsi_event_name(enum xsi_event_kind kind)
{
	return event_names[(size_t)kind < COUNT(event_names) ? kind : XSI_EV_UNKNOWN];
}

enum xsi_event_class
xsi_event_class_of(enum xsi_event_kind kind)
{
	size_t i = (size_t)kind;

	return (enum xsi_event_class)event_classes[i < COUNT(event_classes) ? i : XSI_EV_UNKNOWN];
}

/* Spelt as they should be, or as descriptions of the interface spell them. */
static const struct {
	const char *type;
	enum xsi_event_kind kind;
} other_spellings[] = {
	{ "ACDCallStrandedTreatmentCompletedEvent", XSI_EV_ACDCallStrandedTreatementCompleted },
	{ "ACDCallStrandedUnavailableTreatmentCompletedEvent",
		XSI_EV_ACDCallStrandedUnavailableTreatementCompleted },
	{ "CallPicked-UpEvent", XSI_EV_CallPickedUp },
};

enum xsi_event_kind
xsi_event_of(struct str type)
{
	for (size_t i = XSI_EV_UNKNOWN + 1; i < COUNT(event_names); i++) {
		if (str_is(type, event_names[i]))
			return (enum xsi_event_kind)i;
	}
	for (size_t i = 0; i < COUNT(other_spellings); i++) {
		if (str_is(type, other_spellings[i].type))
			return other_spellings[i].kind;
	}
	return XSI_EV_UNKNOWN;
}
