/* SPDX-License-Identifier: EUPL-1.2 */
#include "page.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

static const char STYLE[] =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:2px solid #01689b;padding-bottom:.2rem}"
    "h3{font-size:1.05rem;margin:1.2rem 0 .2rem}p{margin:.3rem 0}.meta{color:#535353;font-size:.9rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #ddd}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.2rem 1rem;margin:.4rem 0}dt{color:#535353}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".text{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid #cce0f1;padding-left:.8rem;margin:.4rem 0}"
    ".warn{border-left:4px solid #d52b1e;padding:.2rem .8rem;background:#fdf3f2}.token{font:1.4rem/1.6 monospace;letter-spacing:.08em}"
    "svg{width:7rem;height:7rem}footer{margin-top:3rem;color:#535353;font-size:.9rem}"
    ".code{display:flex;align-items:center;gap:1.5rem}@page{size:A4;margin:15mm}"
    "@media print{body{margin:0;padding:0;max-width:none;font-size:10.5pt;line-height:1.4}h2{break-after:avoid;margin-top:1rem}footer{margin-top:1.2rem}ul{margin:.3rem 0}article{break-inside:avoid}a{color:inherit;text-decoration:none}}";

/* Nothing is fetched and nothing runs, whatever a received text contains. */
void
sluis_page_begin(FILE *f, enum sluis_lang lang, const char *title, const char *mark)
{
	fprintf(f, "<!doctype html><!-- %s -->\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n", mark,
	    lang == SLUIS_LANG_NL ? "nl" : "en");
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\n<title>",
	    f);
	sluis_page_text(f, title);
	fprintf(f, "</title><style>%s</style></head><body>\n", STYLE);
}

void
sluis_page_end(FILE *f)
{
	fputs("</body></html>\n", f);
}

static void
put(FILE *f, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", f);
		break;
	case '<':
		fputs("&lt;", f);
		break;
	case '>':
		fputs("&gt;", f);
		break;
	case '"':
		fputs("&quot;", f);
		break;
	case '\'':
		fputs("&#39;", f);
		break;
	default:
		fputc(c, f);
	}
}

void
sluis_page_text(FILE *f, const char *text)
{
	for (; *text != '\0'; text++)
		put(f, *text);
}

void
sluis_page_bytes(FILE *f, struct sluis_bytes text)
{
	if (!sluis_utf8_is_valid(text)) {
		fputs("\xef\xbf\xbd", f);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		const char c = (char)text.data[i];

		if ((unsigned char)c >= 0x20 || c == '\n' || c == '\t')
			put(f, c);
	}
}

void
sluis_page_printf(FILE *f, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sluis_page_text(f, text);
}

void
sluis_page_label(FILE *f, const struct sluis_session *session, enum sluis_policy_kind kind, const char *code)
{
	sluis_page_bytes(f, sluis_policy_label(session->policy, kind, sluis_bytes_text(code), session->lang));
}

static bool
parse(const char *rfc3339, time_t *ret)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *rest = strptime(rfc3339, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (rest == NULL || *rest != '\0')
		return false;
	*ret = timegm(&tm);
	return true;
}

const char *
sluis_page_day(enum sluis_lang lang, const char *rfc3339, char ret[static 32])
{
	struct tm tm;
	time_t t;

	ret[0] = '\0';
	if (!parse(rfc3339, &t))
		return ret;
	localtime_r(&t, &tm);
	if (lang == SLUIS_LANG_NL)
		strftime(ret, 32, "%d-%m-%Y %H:%M", &tm);
	else
		strftime(ret, 32, "%Y-%m-%d %H:%M", &tm);
	return ret;
}

/* Terms are days in UTC (design 10), so is the day that is shown. */
const char *
sluis_page_last_day(enum sluis_lang lang, const char *rfc3339, char ret[static 32])
{
	struct tm tm;
	time_t t;

	ret[0] = '\0';
	if (!parse(rfc3339, &t))
		return ret;
	t--;
	gmtime_r(&t, &tm);
	if (lang == SLUIS_LANG_NL)
		strftime(ret, 32, "%d-%m-%Y", &tm);
	else
		strftime(ret, 32, "%Y-%m-%d", &tm);
	return ret;
}
