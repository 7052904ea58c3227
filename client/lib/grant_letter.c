/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant_letter.h"

#include <string.h>

#include <qrencode.h>
#include <sodium.h>

#include "moment.h"
#include "page.h"

/** What every part of the letter needs. */
struct letter {
	FILE *f;
	const struct sluis_session *session;
	const Sluis__Grant *grant;
};

static void
qr_freep(QRcode **code)
{
	QRcode_free(*code);
}

static void
element(const struct letter *l, const char *tag, const char *text)
{
	fprintf(l->f, "<%s>", tag);
	sluis_page_text(l->f, text);
	fprintf(l->f, "</%s>\n", tag);
}

static const char *
day_of(const struct letter *l, uint64_t ms, bool is_end, char ret[static 32])
{
	char text[SLUIS_MOMENT_CHARS];

	sluis_moment_text((int64_t)ms, text);
	if (is_end)
		return sluis_page_last_day(l->session->lang, text, ret);
	sluis_page_day(l->session->lang, text, ret);
	ret[10] = '\0'; /* the day alone */
	return ret;
}

static void
put_label(const struct letter *l, enum sluis_policy_kind kind, ProtobufCBinaryData code)
{
	sluis_page_bytes(l->f, sluis_policy_label(l->session->policy, kind, sluis_of(code), l->session->lang));
}

static void
put_list(const struct letter *l, enum sluis_policy_kind kind, const ProtobufCBinaryData *codes, size_t n)
{
	fputs("<ul>", l->f);
	for (size_t i = 0; i < n; i++) {
		fputs("<li>", l->f);
		put_label(l, kind, codes[i]);
		fputs("</li>", l->f);
	}
	fputs("</ul>\n", l->f);
}

/* An organisation by its full name, as the registrars know it. */
static void
put_organisation(const struct letter *l, struct sluis_bytes handle)
{
	const struct sluis_organisation *found = sluis_directory_organisation(l->session->directory, handle);

	sluis_page_bytes(l->f, found == NULL ? handle : found->name);
}

static void
put_receivers(const struct letter *l)
{
	fputs("<ul>", l->f);
	for (size_t i = 0; i < l->grant->n_receivers; i++) {
		const Sluis__GrantReceiver *receiver = l->grant->receivers[i];

		fputs("<li>", l->f);
		put_organisation(l, sluis_of(receiver->organisation_handle));
		for (size_t k = 0; k < receiver->n_role_codes; k++) {
			fputs(k == 0 ? " (" : ", ", l->f);
			put_label(l, SLUIS_KIND_ROLE, receiver->role_codes[k]);
		}
		fputs(receiver->n_role_codes > 0 ? ")</li>" : "</li>", l->f);
	}
	fputs("</ul>\n", l->f);
}

static void
put_givers(const struct letter *l)
{
	char day[32];

	for (size_t i = 0; i < l->grant->n_givers; i++) {
		const Sluis__Giver *giver = l->grant->givers[i];

		fputs("<li>", l->f);
		if (giver->giver_number > 1)
			sluis_page_printf(l->f, "%u × ", giver->giver_number);
		put_label(l, SLUIS_KIND_GIVER, giver->role_code);
		fputs(", ", l->f);
		put_label(l, SLUIS_KIND_METHOD, giver->method_code);
		sluis_page_printf(l->f, ", %s", day_of(l, giver->given_ms, false, day));
		fputs("</li>", l->f);
	}
}

static void
put_until(const struct letter *l)
{
	const bool ends_with_band = l->grant->band_until != NULL &&
	    l->grant->band_until->until_ms < l->grant->until_ms;
	char day[32];

	fputs("<p>", l->f);
	sluis_page_printf(l->f, _("Until %s. After that day nothing more is shared, unless you say yes again."),
	    day_of(l, ends_with_band ? l->grant->band_until->until_ms : l->grant->until_ms, true, day));
	if (ends_with_band)
		sluis_page_printf(l->f, " %s",
		    _("It ends then because from that age on the young person decides with you, or alone."));
	fputs("</p>\n", l->f);
}

/* ---- withdrawing ---- */

static enum sluis_err
put_qr(FILE *f, const char *text)
{
	SLUIS_AUTO(qr_freep) QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	if (code == NULL)
		return SLUIS_ENOMEM;
	fprintf(f, "<svg viewBox=\"-4 -4 %d %d\" role=\"img\" aria-label=\"QR\" shape-rendering=\"crispEdges\"><path d=\"",
	    code->width + 8, code->width + 8);
	for (int y = 0; y < code->width; y++) {
		for (int x = 0; x < code->width; x++) {
			if ((code->data[y * code->width + x] & 1) != 0)
				fprintf(f, "M%d %dh1v1h-1z", x, y);
		}
	}
	fputs("\"/></svg>\n", f);
	return SLUIS_OK;
}

static enum sluis_err
put_token(const struct letter *l, const struct sluis_grant_token *token)
{
	char text[SLUIS_GRANT_TOKEN_CHARS + 1];
	enum sluis_err err;

	if (token == NULL) {
		element(l, "p", _("The code to withdraw with is on the letter of the organisation that recorded your consent."));
		return SLUIS_OK;
	}
	sluis_grant_token_text(token, text);
	element(l, "p", _("Or give this code to any organisation that takes part. Whoever has this code can withdraw this consent, and nothing else:"));
	fprintf(l->f, "<div class=\"code\"><p class=\"token\">%s</p>\n", text);
	err = put_qr(l->f, text);
	fputs("</div>\n", l->f);
	sodium_memzero(text, sizeof(text));
	return err;
}

static void
put_contact(const struct letter *l, const char *contact)
{
	fputs("<p>", l->f);
	sluis_page_text(l->f, _("Call: "));
	sluis_page_text(l->f, contact == NULL ? "…………………………………………………………………" : contact);
	fputs("</p>\n", l->f);
}

static enum sluis_err
put_withdrawal(const struct letter *l, const struct sluis_grant_letter *letter)
{
	element(l, "h2", _("You may always change your mind"));
	element(l, "p",
	    _("You may withdraw this consent on any day, and you need not say why. From that moment nothing more is passed on."));
	element(l, "p",
	    _("What was shared before stays shared: whoever has a copy is asked to destroy it and has to answer. Some organisations must keep a file by law; they will tell you so."));
	put_contact(l, letter->contact);
	return put_token(l, letter->token);
}

static void
put_head(const struct letter *l, const struct sluis_grants_row *row)
{
	char day[32];

	sluis_page_begin(l->f, l->session->lang, _("Your consent to share data"), "sluis letter");
	element(l, "h1", _("Your consent to share data"));
	fputs("<p>", l->f);
	sluis_page_printf(l->f, _("On %s this was recorded by "), day_of(l, l->grant->created_ms, false, day));
	put_organisation(l, row->taker->organisation_handle);
	sluis_page_text(l->f, _(". This letter says what it means. It is not a contract: somebody wrote down what you said."));
	fputs("</p>\n<ul>", l->f);
	put_givers(l);
	fputs("</ul>\n", l->f);
}

static void
put_law(const struct letter *l, const char *list, struct sluis_bytes code)
{
	sluis_page_bytes(l->f,
	    sluis_policy_list_label(l->session->policy, sluis_bytes_text(list), code, l->session->lang));
}

/* Why it may be shared: what lifts secrecy, the bases in the AVG; by the regime of who recorded it. */
static void
put_basis(const struct letter *l, struct sluis_bytes regime)
{
	const struct sluis_codes grounds = sluis_policy_codes(l->session->policy, SLUIS_KIND_GROUND);
	struct sluis_policy_basis basis = { .secrecy = { NULL, 0 } };

	for (size_t i = 0; i < grounds.count && basis.secrecy.len == 0; i++) {
		if (sluis_policy_ground(l->session->policy, grounds.items[i])->needs_grant)
			basis = sluis_policy_ground_basis(l->session->policy, grounds.items[i], regime);
	}
	if (basis.secrecy.len == 0)
		return;
	fputs("<br>", l->f);
	put_law(l, "secrecy", basis.secrecy);
	fputs(" · ", l->f);
	put_law(l, "avg6", basis.avg6);
	fputs(" · ", l->f);
	put_law(l, "avg9", basis.avg9);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_letter(FILE *f, const struct sluis_session *session, const struct sluis_grant_letter *letter)
{
	const struct letter l = { .f = f, .session = session, .grant = letter->row->grant };
	const struct sluis_organisation *recorder =
	    sluis_directory_organisation(session->directory, letter->row->taker->organisation_handle);

	put_head(&l, letter->row);
	element(&l, "h2", _("What is shared"));
	put_list(&l, SLUIS_KIND_CATEGORY, l.grant->category_codes, l.grant->n_category_codes);
	element(&l, "p",
	    l.grant->criminal_number == SLUIS_GRANT_CRIMINAL ?
		_("Data about criminal offences may be among it.") :
		_("No data about criminal offences."));
	element(&l, "h2", _("With whom"));
	put_receivers(&l);
	element(&l, "h2", _("What for"));
	put_list(&l, SLUIS_KIND_PURPOSE, l.grant->purpose_codes, l.grant->n_purpose_codes);
	element(&l, "h2", _("Until when"));
	put_until(&l);
	SLUIS_TRY(put_withdrawal(&l, letter));
	fputs("<footer>", f);
	sluis_page_bytes(f, sluis_policy_consent_text(session->policy, session->lang));
	sluis_page_printf(f, " (%.*s)", (int)l.grant->text_code.len, (const char *)l.grant->text_code.data);
	if (recorder != NULL)
		put_basis(&l, recorder->regime);
	fputs("</footer>\n", f);
	sluis_page_end(f);
	return SLUIS_OK;
}
