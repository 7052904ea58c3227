/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "codes.h"
#include "content.h"

static const char SYNOPSIS[] = "template CATEGORY";

enum { KEY_WIDTH = 20 };

static const char *
form_of(enum sluis_content_type type)
{
	switch (type) {
	case SLUIS_CONTENT_TEXT:
		return _("text");
	case SLUIS_CONTENT_TEXTS:
		return _("list of texts: [\"one\", \"two\"]");
	case SLUIS_CONTENT_DATE:
		return _("date: \"2026-11-23\"");
	case SLUIS_CONTENT_CODE:
		return _("one of the codes below");
	case SLUIS_CONTENT_CODES:
		return _("list of codes below: [\"one\", \"two\"]");
	case SLUIS_CONTENT_FLAG:
		return _("true or false");
	case SLUIS_CONTENT_NUMBER:
		return _("whole number");
	case SLUIS_CONTENT_BSN:
		return _("BSN of nine digits");
	case SLUIS_CONTENT_ORGANISATION:
		return _("code of an organisation");
	case SLUIS_CONTENT_LIST:
		return _("list; repeat what stands between { and } for each, with a comma between");
	}
	return "";
}

static void
explain_codes(const struct cli *cli, const struct sluis_session *session, const struct sluis_content_field *field,
    int indent)
{
	const struct sluis_codes codes = sluis_policy_list(session->policy, field->list);

	for (size_t i = 0; i < codes.count; i++) {
		const struct sluis_bytes label =
		    sluis_policy_list_label(session->policy, field->list, codes.items[i], cli->lang);

		fprintf(stderr, "%*s%-*.*s %.*s\n", indent + 4, "", KEY_WIDTH - 4, (int)codes.items[i].len,
		    (const char *)codes.items[i].data, (int)label.len, (const char *)label.data);
	}
}

/* On standard error, so that standard output is the file and nothing else. */
static void
explain_fields(const struct cli *cli, const struct sluis_session *session, const struct sluis_content_field *fields,
    size_t count, int indent)
{
	for (size_t i = 0; i < count; i++) {
		const struct sluis_content_field *f = &fields[i];
		const struct sluis_bytes label = f->label[cli->lang], help = f->help[cli->lang];

		fprintf(stderr, "%*s%-*.*s %.*s%s%.*s%s (%s)\n", indent, "", KEY_WIDTH, (int)f->key.len,
		    (const char *)f->key.data, (int)label.len, (const char *)label.data, help.len > 0 ? "; " : "",
		    (int)help.len, (const char *)help.data, f->is_required ? _(" - REQUIRED") : "", form_of(f->type));
		explain_codes(cli, session, f, indent);
		explain_fields(cli, session, f->fields, f->field_count, indent + 2);
	}
}

static void
explain(const struct cli *cli, const struct sluis_session *session, const struct sluis_content_schema *schema)
{
	char label[128];

	cli_note(_("%s: fill in between the quotes; what you leave empty counts as left out. The fields:"),
	    cli_label(session, SLUIS_KIND_CATEGORY, schema->category, label));
	explain_fields(cli, session, schema->fields, schema->field_count, 2);
	if (schema->takes_documents)
		cli_note("%s", _("a document instead of these fields goes too: .txt, .md, .pdf, .docx, ..."));
	else if (schema->narrative.len > 0)
		cli_note("%s", _("a text instead of these fields goes too: .txt, .md or .pdf"));
	else
		cli_note("%s", _("nothing but these fields goes here"));
}

enum sluis_err
cmd_template(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	const struct sluis_content_schema *schema;
	struct sluis_bytes category;
	json_t *object;
	char *text;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open_offline(cli, &session, failure));
	if (session->policy == NULL)
		return sluis_fail_err(failure, SLUIS_EPOLICY, _("making the template"));
	SLUIS_TRY(codes_find(session, SLUIS_KIND_CATEGORY, argv[0], &category, failure));
	schema = sluis_policy_content(session->policy, category);
	if (schema == NULL || schema->is_xml) {
		(void)sluis_fail(failure, SLUIS_EREFUSED, schema == NULL ?
			_("%s has no fields: any file goes, a text, a PDF, a scan") :
			_("%s has no fields: it is an XML message, as it is"), argv[0]);
		return SLUIS_EREFUSED;
	}
	object = sluis_content_template(schema);
	text = object == NULL ? NULL : json_dumps(object, JSON_INDENT(2));
	json_decref(object);
	if (text == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the template"));
	explain(cli, session, schema);
	printf("%s\n", text);
	free(text);
	return SLUIS_OK;
}
