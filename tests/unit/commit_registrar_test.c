/* SPDX-License-Identifier: EUPL-1.2 */
/* Acts of the registry are for those whom the keys log names, not for whoever bears the role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asks.h"
#include "attack.h"
#include "broker.h"

static struct broker *broker;

/* From now on the officer is the only one; the record of the former still bears the role. */
static void
replace_the_registrar(struct federation *f)
{
	struct sluis_bytes officer = sluis_bytes_text("officer"), payload;
	const struct sluis_registrars draft = { .handles = &officer, .n = 1, .needed = 1 };
	const struct sluis_record_act act = attack_act(f);

	attack_must(sluis_record_registrars(&act, &draft, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_REGISTRARS, payload, "registrar"));
}

static int
begin(void **state)
{
	broker = broker_new(NULL);
	if (*state != NULL)
		replace_the_registrar(broker->f);
	broker_fill(broker);
	broker_start(broker);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	broker_free(broker);
	return 0;
}

static const Sluis__Tell *
invite(const char *who)
{
	struct federation *f = broker->f;
	static const uint8_t code[SLUIS_INVITE_CODE_BYTES] = { 7 };
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INVITE);
	const struct sluis_record_invite draft = { .handle = sluis_bytes_text("newcomer"),
		.organisation_handle = sluis_bytes_text("provider"),
		.expires_ms = f->now_ms + 10 * FEDERATION_DAY_MS,
		.invite_hash = sluis_record_invite_hash(code) };
	const struct sluis_record_act act = attack_act(f);
	struct sluis_bytes payload;

	attack_must(sluis_record_invite(&act, &draft, f->arena, &payload));
	ask->invite = federation_sign(f, who, SLUIS_SIGNED_INVITE, payload);
	return broker_ask(broker, who, ask, sluis_bytes(NULL, 0));
}

static const Sluis__Tell *
pending(const char *who)
{
	Sluis__Ask *ask = ask_new(broker->f, SLUIS__ASK__ACT_PENDING);
	Sluis__AskPending act = SLUIS__ASK_PENDING__INIT;

	ask->pending = &act;
	return broker_ask(broker, who, ask, sluis_bytes(NULL, 0));
}

static void
a_registrar_invites_and_looks_who_waits(void **state)
{
	(void)state;
	assert_int_equal(invite("registrar")->answer_case, SLUIS__TELL__ANSWER_DONE);
	assert_int_equal(pending("registrar")->answer_case, SLUIS__TELL__ANSWER_PENDING);
	assert_string_equal(broker_rule(invite("provider")), "act-role");
	assert_string_equal(broker_rule(pending("provider")), "act-role");
}

static void
who_is_a_registrar_no_more_does_neither(void **state)
{
	(void)state;
	assert_string_equal(broker_rule(invite("registrar")), "act-role");
	assert_string_equal(broker_rule(pending("registrar")), "act-role");
	/* and who is named now lacks the role: the policy asks for that */
	assert_string_equal(broker_rule(pending("officer")), "act-role");
}

int
main(void)
{
	static char replaced[] = "replaced";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_registrar_invites_and_looks_who_waits, begin, end),
		cmocka_unit_test_prestate_setup_teardown(
		    who_is_a_registrar_no_more_does_neither, begin, end, replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
