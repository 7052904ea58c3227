/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier_html.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contents.h"
#include "page.h"
#include "profile_files.h"

enum { SHOWN_MAX_BYTES = 512 * 1024 };

/** What every part of the page needs. */
struct page {
	FILE *f;
	const struct sluis_session *session;
	int dir;
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

static void
element(const struct page *p, const char *tag, const char *text)
{
	fprintf(p->f, "<%s>", tag);
	sluis_page_text(p->f, text);
	fprintf(p->f, "</%s>", tag);
}

/* By its full name, as the registrars know it. */
static void
show_organisation(const struct page *p, const char *tag, const char *handle)
{
	const struct sluis_organisation *found =
	    sluis_directory_organisation(p->session->directory, sluis_bytes_text(handle));

	fprintf(p->f, "<%s>", tag);
	if (found == NULL)
		sluis_page_text(p->f, handle);
	else
		sluis_page_bytes(p->f, found->name);
	fprintf(p->f, "</%s>\n", tag);
}

/* ---- content ---- */

static void
show_code(const struct page *p, struct sluis_bytes list, const json_t *value)
{
	const char *code = json_string_value(value);

	if (code != NULL)
		sluis_page_bytes(p->f,
		    sluis_policy_list_label(p->session->policy, list, sluis_bytes_text(code), p->session->lang));
}

static void show_fields(const struct page *p, const struct sluis_content_field *fields, size_t n,
    const json_t *object);

static void
show_value(const struct page *p, const struct sluis_content_field *field, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);

		if (field->type == SLUIS_CONTENT_LIST) {
			show_fields(p, field->fields, field->field_count, item);
			continue;
		}
		fputs(i > 0 ? "\n" : "", p->f);
		show_value(p, field, item);
	}
	if (json_is_boolean(value))
		sluis_page_text(p->f, json_is_true(value) ? _("yes") : _("no"));
	else if (json_is_integer(value))
		sluis_page_printf(p->f, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_string(value) &&
	    (field->type == SLUIS_CONTENT_CODE || field->type == SLUIS_CONTENT_CODES))
		show_code(p, field->list, value);
	else if (json_is_string(value))
		sluis_page_bytes(p->f, sluis_bytes_text(json_string_value(value)));
}

static void
show_fields(const struct page *p, const struct sluis_content_field *fields, size_t n, const json_t *object)
{
	fputs("<dl>", p->f);
	for (size_t i = 0; i < n; i++) {
		char key[64];
		const json_t *value;

		snprintf(key, sizeof(key), "%.*s", (int)fields[i].key.len, (const char *)fields[i].key.data);
		value = json_object_get(object, key);
		if (value == NULL)
			continue;
		fputs("<dt>", p->f);
		sluis_page_bytes(p->f, fields[i].label[p->session->lang]);
		fputs("</dt><dd>", p->f);
		show_value(p, &fields[i], value);
		fputs("</dd>", p->f);
	}
	fputs("</dl>", p->f);
}

static bool
ends_with(const char *name, const char *ending)
{
	const size_t n = strlen(name), e = strlen(ending);

	return n > e && strcmp(name + n - e, ending) == 0;
}

/* Texts and structured contents are read here; everything else is a link. */
static void
show_content(const struct page *p, const json_t *section)
{
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	const char *file = text_of(section, "file");
	const struct sluis_content_schema *schema =
	    sluis_policy_content(p->session->policy, sluis_bytes_text(text_of(section, "category")));
	const bool is_json = ends_with(file, ".json");
	struct sluis_bytes bytes;
	json_t *object = NULL;

	if (!is_json && !ends_with(file, ".txt") && !ends_with(file, ".md"))
		return;
	if (sluis_profile_file_read(p->dir, file, SHOWN_MAX_BYTES, &bytes) != SLUIS_OK)
		return;
	memcpy(&owned, &bytes.data, sizeof(owned));
	if (is_json && schema != NULL)
		object = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(object)) {
		show_fields(p, schema->fields, schema->field_count, object);
	} else {
		fputs("<div class=\"text\">", p->f);
		sluis_page_bytes(p->f, bytes);
		fputs("</div>", p->f);
	}
	json_decref(object);
}

/* ---- sections ---- */

static void
show_meta(const struct page *p, const json_t *section)
{
	const json_t *grant = json_object_get(section, "grant");
	char day[32];

	fputs("<p class=\"meta\">", p->f);
	sluis_page_printf(p->f, _("Sent by %s on %s"), text_of(section, "from"),
	    sluis_page_day(p->session->lang, text_of(section, "accepted"), day));
	fputs(" · ", p->f);
	sluis_page_label(p->f, p->session, SLUIS_KIND_PURPOSE, text_of(section, "purpose"));
	fputs(" · ", p->f);
	sluis_page_text(p->f, _("ground: "));
	sluis_page_label(p->f, p->session, SLUIS_KIND_GROUND, text_of(section, "ground"));
	if (json_is_object(grant))
		sluis_page_printf(p->f, _(" (until %s)"),
		    sluis_page_last_day(p->session->lang, text_of(grant, "until"), day));
	fputs("</p>", p->f);
}

static void
show_heading(const struct page *p, const json_t *section)
{
	fputs("<h3>", p->f);
	sluis_page_label(p->f, p->session, SLUIS_KIND_CATEGORY, text_of(section, "category"));
	if (text_of(section, "about")[0] != '\0') {
		fputs(" (", p->f);
		sluis_page_label(p->f, p->session, SLUIS_KIND_CATEGORY, text_of(section, "about"));
		fputs(")", p->f);
	}
	if (json_is_true(json_object_get(section, "criminal")))
		sluis_page_printf(p->f, " – %s", _("criminal data"));
	fputs("</h3>\n", p->f);
}

static void
show_section(const struct page *p, const json_t *section)
{
	const char *file = text_of(section, "file");

	fputs("<article>", p->f);
	show_heading(p, section);
	show_meta(p, section);
	show_content(p, section);
	fputs("<p><a href=\"", p->f);
	sluis_page_text(p->f, file);
	fputs("\">", p->f);
	sluis_page_text(p->f, strchr(file, '/') == NULL ? file : strchr(file, '/') + 1);
	fputs("</a></p></article>\n", p->f);
}

static void
show_overview(const struct page *p, const json_t *parties)
{
	fprintf(p->f, "<table><thead><tr>");
	element(p, "th", _("From"));
	element(p, "th", _("Sections"));
	element(p, "th", _("Last received"));
	fputs("</tr></thead><tbody>\n", p->f);
	for (size_t i = 0; i < json_array_size(parties); i++) {
		const json_t *sections = json_object_get(json_array_get(parties, i), "sections");
		char day[32];

		fputs("<tr>", p->f);
		show_organisation(p, "td", text_of(json_array_get(parties, i), "organisation"));
		fputs("<td>", p->f);
		for (size_t k = 0; k < json_array_size(sections); k++) {
			fputs(k > 0 ? ", " : "", p->f);
			sluis_page_label(p->f, p->session, SLUIS_KIND_CATEGORY,
			    text_of(json_array_get(sections, k), "category"));
		}
		fputs("</td>", p->f);
		/* newest first */
		element(p, "td",
		    sluis_page_day(p->session->lang, text_of(json_array_get(sections, 0), "accepted"), day));
		fputs("</tr>\n", p->f);
	}
	fputs("</tbody></table>\n", p->f);
}

static void
show_party(const struct page *p, const json_t *party)
{
	const json_t *sections = json_object_get(party, "sections");

	fputs("<section>", p->f);
	show_organisation(p, "h2", text_of(party, "organisation"));
	fputs("<p class=\"meta\">", p->f);
	sluis_page_label(p->f, p->session, SLUIS_KIND_ROLE, text_of(json_array_get(sections, 0), "role"));
	fputs("</p>\n", p->f);
	for (size_t i = 0; i < json_array_size(sections); i++)
		show_section(p, json_array_get(sections, i));
	fputs("</section>\n", p->f);
}

/* ---- what is missing, replaced, ending ---- */

static void
list_categories(const struct page *p, const json_t *codes)
{
	for (size_t i = 0; i < json_array_size(codes); i++) {
		fputs(i > 0 ? ", " : "", p->f);
		sluis_page_label(p->f, p->session, SLUIS_KIND_CATEGORY, json_string_value(json_array_get(codes, i)));
	}
}

static void
show_missing(const struct page *p, const json_t *missing)
{
	element(p, "h2", _("What is missing"));
	if (json_array_size(missing) == 0)
		element(p, "p", _("Every party on the case has sent something, and all that its purpose requires."));
	fputs("<ul>", p->f);
	for (size_t i = 0; i < json_array_size(missing); i++) {
		const json_t *row = json_array_get(missing, i);
		const bool nothing = json_is_true(json_object_get(row, "nothing_yet"));

		fputs("<li><strong>", p->f);
		sluis_page_text(p->f, text_of(row, "from"));
		fputs("</strong> (", p->f);
		sluis_page_label(p->f, p->session, SLUIS_KIND_PURPOSE, text_of(row, "purpose"));
		fputs("): ", p->f);
		sluis_page_text(p->f, nothing ? _("nothing received yet; may send: ") : _("not received, but required: "));
		list_categories(p, json_object_get(row, nothing ? "categories" : "required"));
		fputs("</li>\n", p->f);
	}
	fputs("</ul>\n", p->f);
}

static void
show_replaced(const struct page *p, const json_t *replaced)
{
	if (json_array_size(replaced) == 0)
		return;
	element(p, "h2", _("Replaced by a newer version"));
	fputs("<ul>", p->f);
	for (size_t i = 0; i < json_array_size(replaced); i++) {
		const json_t *section = json_array_get(replaced, i);
		char day[32];

		fputs("<li>", p->f);
		sluis_page_label(p->f, p->session, SLUIS_KIND_CATEGORY, text_of(section, "category"));
		sluis_page_printf(p->f, _(" from %s, %s: "), text_of(section, "organisation"),
		    sluis_page_day(p->session->lang, text_of(section, "accepted"), day));
		fputs("<a href=\"", p->f);
		sluis_page_text(p->f, text_of(section, "file"));
		fputs("\">", p->f);
		sluis_page_text(p->f, _("the older file"));
		fputs("</a></li>\n", p->f);
	}
	fputs("</ul>\n", p->f);
}

static void
show_expiring(const struct page *p, const json_t *expiring)
{
	if (json_array_size(expiring) == 0)
		return;
	element(p, "h2", _("Consent that ends"));
	fputs("<ul>", p->f);
	for (size_t i = 0; i < json_array_size(expiring); i++) {
		const json_t *row = json_array_get(expiring, i);
		const json_t *purposes = json_object_get(row, "purposes");
		char day[32];

		fputs("<li>", p->f);
		for (size_t k = 0; k < json_array_size(purposes); k++) {
			fputs(k > 0 ? ", " : "", p->f);
			sluis_page_label(p->f, p->session, SLUIS_KIND_PURPOSE,
			    json_string_value(json_array_get(purposes, k)));
		}
		sluis_page_printf(p->f,
		    json_is_true(json_object_get(row, "ended")) ? _(": ended on %s; ask the family again before you share more") :
								   _(": ends on %s"),
		    sluis_page_last_day(p->session->lang, text_of(row, "until"), day));
		fputs("</li>\n", p->f);
	}
	fputs("</ul>\n", p->f);
}

void
sluis_dossier_html(FILE *f, const struct sluis_session *session, const struct sluis_case *of_case, int dir,
    const json_t *dossier)
{
	const struct page p = { .f = f, .session = session, .dir = dir };
	const json_t *parties = json_object_get(dossier, "parties");
	char mark[64], day[32];

	snprintf(mark, sizeof(mark), SLUIS_DOSSIER_MARK " %s", text_of(dossier, "case"));
	sluis_page_begin(f, session->lang, _("Dossier"), mark);
	element(&p, "h1", _("Dossier"));
	fputs("<p class=\"meta\">", f);
	sluis_page_printf(f, _("Case %.8s"), text_of(dossier, "case"));
	fputs(" · ", f);
	sluis_page_label(f, session, SLUIS_KIND_STEP, text_of(dossier, "step"));
	if (of_case->is_closed)
		sluis_page_printf(f, " · %s", _("closed"));
	fputs(" · ", f);
	sluis_page_printf(f, _("made on %s"), sluis_page_day(session->lang, text_of(dossier, "made"), day));
	fputs("</p>\n", f);
	if (json_array_size(parties) == 0)
		element(&p, "p", _("Nothing was received in this case yet."));
	else
		show_overview(&p, parties);
	show_missing(&p, json_object_get(dossier, "missing"));
	show_expiring(&p, json_object_get(dossier, "expiring"));
	for (size_t i = 0; i < json_array_size(parties); i++)
		show_party(&p, json_array_get(parties, i));
	show_replaced(&p, json_object_get(dossier, "replaced"));
	fputs("<footer>", f);
	sluis_page_printf(f,
	    _("This page and its files stand only on this computer and are for your eyes. Remove them with: sluis wipe %.8s"),
	    text_of(dossier, "case"));
	fputs("</footer>\n", f);
	sluis_page_end(f);
}
