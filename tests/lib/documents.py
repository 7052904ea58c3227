#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""documents.py DIR: documents for tests, some with the test BSN 999990019 in them, made by no code of ours.

plain.docx           no number                    split.docx   the number over three runs of one paragraph
boxes.pdf            a digit a box                plain.pdf    no number
number.pdf           the number, compressed       nbsp.docx    with blanks that do not break
deleted.docx         in text that was deleted     header.docx  in the header of the pages
title.docx           in the properties            cells.docx   its groups in three cells: found nowhere
entity.docx          a document type: unreadable  bomb.docx    unpacks to 70 MB: unreadable
hollow.docx          the same, and hardly any text in it
cut.docx, cut.pdf    cut off: unreadable          fake.docx    no zip at all
"""
import sys
import zipfile
import zlib

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def run(text, tag="t"):
    # pretty-printed, as some programs do: what stands between runs is no text
    return '\n   <w:r>\n    <w:rPr><w:b/></w:rPr>\n    <w:%s xml:space="preserve">%s</w:%s>\n   </w:r>' % (tag, text, tag)


def paragraph(*runs):
    return "\n  <w:p>%s\n  </w:p>" % "".join(runs)


def docx(path, body, header="", title="Vraag", head=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("word/document.xml", '<?xml version="1.0" encoding="UTF-8"?>%s\n<w:document %s><w:body>%s</w:body></w:document>'
                   % (head, W, body))
        z.writestr("word/header1.xml", "<w:hdr %s>%s</w:hdr>" % (W, header))
        z.writestr("word/media/image1.png", b"\x89PNG 999990019")
        z.writestr("docProps/core.xml", "<p><title>%s</title><revision>12</revision></p>" % title)


def pdf(path, commands, compress=False):
    stream = ("BT /F1 12 Tf " + commands + " ET").encode()
    if compress:
        stream = zlib.compress(stream)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
               b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(stream), b"/Filter/FlateDecode" if compress else b"", stream),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for i, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, text)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    with open(path, "wb") as file:
        file.write(out)


def main(folder):
    at = lambda name: "%s/%s" % (folder, name)
    number = paragraph(run("Het nummer is "), run("9999"), run("90"), run("019"), run(" dus"))
    docx(at("plain.docx"), paragraph(run("Zaak 12 van 2026")))
    docx(at("split.docx"), paragraph(run("Vraag")) + number)
    docx(at("nbsp.docx"), paragraph(run("999\u00a0990"), run("\u00a0019")))
    docx(at("deleted.docx"), paragraph(run("niets"), run("999990019", "delText")))
    docx(at("header.docx"), paragraph(run("niets")), header=paragraph(run("kenmerk 999990019")))
    docx(at("title.docx"), paragraph(run("niets")), title="dossier 999990019")
    docx(at("cells.docx"), "".join("<w:tc>%s</w:tc>" % paragraph(run(t)) for t in ("999", "990", "019")))
    docx(at("entity.docx"), number, head='<!DOCTYPE a [<!ENTITY e "999990019">]>')
    docx(at("bomb.docx"), paragraph(run("0" * 1000000)) * 70)
    docx(at("hollow.docx"), ('<w:x a="%s"/>' % ("0" * 1000000)) * 70)
    with open(at("split.docx"), "rb") as whole, open(at("cut.docx"), "wb") as cut:
        cut.write(whole.read()[:-30])
    with open(at("fake.docx"), "wb") as fake:
        fake.write(b"PK\x03\x04 word/document.xml \xff\xfe\x00")
    pdf(at("plain.pdf"), "72 720 Td (Zaak 12 van 2026) Tj")
    pdf(at("number.pdf"), "72 720 Td (Het nummer is ) Tj (9999) Tj (90019) Tj", compress=True)
    pdf(at("boxes.pdf"), " ".join("1 0 0 1 %d 700 Tm (%s) Tj" % (72 + 18 * i, d) for i, d in enumerate("999990019")))
    with open(at("cut.pdf"), "wb") as cut:
        cut.write(b"%PDF-1.4\n1 0 obj\n<<")


main(sys.argv[1])
