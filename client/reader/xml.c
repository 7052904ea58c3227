/* SPDX-License-Identifier: EUPL-1.2 */
#include "reader.h"

#include <stdio.h>

#include <libxml/xmlreader.h>

int
reader_xml(struct sluis_bytes file)
{
	xmlTextReader *reader = xmlReaderForMemory((const char *)file.data, (int)file.len, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int more = reader == NULL ? -1 : xmlTextReaderRead(reader);
	int line = 0;

	while (more == 1) {
		/* nothing that could stand for something else or come from elsewhere */
		if (xmlTextReaderNodeType(reader) == XML_READER_TYPE_DOCUMENT_TYPE) {
			line = xmlTextReaderGetParserLineNumber(reader);
			more = -1;
		} else {
			more = xmlTextReaderRead(reader);
		}
	}
	if (more != 0) {
		const xmlError *error = xmlGetLastError();

		printf("%d\n", line == 0 && error != NULL ? error->line : line);
	}
	if (reader != NULL)
		xmlFreeTextReader(reader);
	return more == 0 ? READER_DONE : READER_UNREADABLE;
}
