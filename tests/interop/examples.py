#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Check proto/examples.md with nothing of ours: hashlib, and a reader of the wire format written from
proto/sluis.proto and PROTOCOL.md 2 alone. Run from the top of the project; exit 1 when anything differs."""

import base64
import hashlib
import re
import sys

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"


def read_examples(path):
    examples, name, fenced = {}, None, False
    for line in open(path, encoding="utf-8").read().split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced and line.startswith("  "):
            examples[name] += line[2:]
        elif fenced:
            name, value = line.split(" = ", 1)
            assert name not in examples, name
            examples[name] = value
    return {n: v[1:-1].replace("\\n", "\n") if v.startswith('"') else bytes.fromhex(v)
            for n, v in examples.items()}


def read_schema(path):
    """{message: {number: (label, type, name)}}"""
    schema, message = {}, None
    for line in open(path, encoding="utf-8"):
        line = line.split("//")[0].strip()
        if m := re.match(r"message (\w+) \{", line):
            message = schema.setdefault(m[1], {})
        elif m := re.match(r"(?:(required|optional|repeated) )?(\w+) (\w+) = (\d+);", line):
            message[int(m[4])] = (m[1] or "oneof", m[2], m[3])
    return schema


def H(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def len4(x):
    return len(x).to_bytes(4, "big") + x


class Wire:
    """Strict reading: fields in order, shortest varints, nothing unknown, everything required there."""

    def __init__(self, schema):
        self.schema = schema

    def varint(self, data, at):
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                assert byte != 0 or shift == 7, "varint longer than needed"
                assert value < 1 << 63
                return value, at

    def message(self, name, data):
        fields, at, last, seen, oneof = self.schema[name], 0, 0, set(), 0
        while at < len(data):
            tag, at = self.varint(data, at)
            number, wire_type = tag >> 3, tag & 7
            label, kind, field = fields[number]
            assert number > last or (number == last and label == "repeated"), (name, field, "order")
            last = number
            seen.add(number)
            oneof += label == "oneof"
            value, at = self.varint(data, at)
            if kind in ("uint32", "uint64"):
                assert wire_type == 0 and (kind == "uint64" or value < 1 << 32)
                self.number_rule(field, value)
                continue
            assert wire_type == 2 and value <= len(data) - at, (name, field, "length")
            part, at = data[at:at + value], at + value
            if kind == "bytes":
                self.bytes_rule(field, part)
            else:
                self.message(kind, part)
        for number, (label, _, field) in fields.items():
            assert label != "required" or number in seen, (name, field, "missing")
        return oneof

    def number_rule(self, field, value):
        if field == "format":
            assert value == 1
        elif field.endswith("_number"):
            assert 1 <= value < 1 << 31
        elif field.endswith("_ms"):
            assert 1577836800000 <= value < 7258118400000

    def bytes_rule(self, field, value):
        if field.endswith("_id"):
            assert len(value) == 16 and any(value)
        elif re.search(r"_(hash|hashes|key)$", field) or field in ("salt", "blind", "nonce"):
            assert len(value) == 32
        elif re.search(r"_codes?$|(^|_)handles?$", field):
            assert re.fullmatch(rb"[a-z0-9][a-z0-9-]{0,31}", value)
        elif re.search(r"_texts?$", field):
            text = value.decode("utf-8")
            assert 1 <= len(value) <= 1024 and not re.search(r"[\x00-\x1f\x7f]", text)
        elif field == "oin":
            assert re.fullmatch(rb"[0-9]{20}", value)
        else:
            assert field.endswith("_bytes") and value


def merkle_root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return H(b"\x01", merkle_root(leaves[:k]), merkle_root(leaves[k:]))


def merkle_path(index, leaves):
    if len(leaves) == 1:
        return b""
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return merkle_path(index, leaves[:k]) + merkle_root(leaves[k:])
    return merkle_path(index - k, leaves[k:]) + merkle_root(leaves[:k])


def token_text(token):
    n = int.from_bytes(token, "big")
    text = "".join(CROCKFORD[n >> 5 * i & 31] for i in range(25, -1, -1)) + CROCKFORD[n % 37]
    return "-".join(text[i:i + 4] for i in range(0, 27, 4))


def rounded(size):
    step = 1 << max(0, size.bit_length() - 5)
    return -(-size // step) * step


def context(e):
    recipients = [e["recipient-hash-0"], e["recipient-hash-1"]]
    return H(len4(b"sluis/age-ctx/v1"), len4(e["context-federation"]), len4(e["context-message-id"]),
             len4(e["context-case-id"]), len4(e["context-sender"]),
             len4(int(e["context-index"]).to_bytes(4, "big")), len4(e["context-section-id"]),
             len4(e["context-category"].encode()), len4(e["context-purpose"].encode()),
             len(recipients).to_bytes(4, "big"), *map(len4, recipients))


def raw64(data):
    return base64.b64encode(data).decode().rstrip("=")


def expected_values(e):
    """What each value should be, by the words of PROTOCOL.md."""
    t, p = e["pae-type"].encode(), e["pae-payload"]
    yield "pae", b"DSSEv1 %d %s %d %s" % (len(t), t, len(p), p)
    yield "section-hash", H(b"sluis/section/v1\0", e["section-salt"], e["section-descriptor"])
    for i in "01":
        yield "recipient-hash-" + i, H(b"sluis/recipient/v1\0", e["recipient-salt-" + i],
                                       e["recipient-descriptor-" + i])
    yield "context-value", context(e)
    yield "context-stanza", "-> sluis/ctx1 %s\n" % raw64(e["context-value"])
    leaves = [H(b"\0sluis/batch/v1", e["batch-manifest-%d" % i]) for i in range(3)]
    for i, leaf in enumerate(leaves):
        yield "batch-leaf-%d" % i, leaf
        yield "batch-path-%d" % i, merkle_path(i, leaves)
    yield "batch-root", merkle_root(leaves)
    yield "event-hash", H(e["event-bytes"])
    yield "event-entry", H(b"sluis/leaf/v1\0", e["event-blind"], e["event-hash"])
    yield "event-leaf", H(b"\0", e["event-entry"])
    yield "keys-leaf", H(b"\0", e["keys-entry"])
    for i in "012":
        yield "token-text-" + i, token_text(e["token-" + i])
        yield "token-hash-" + i, H(b"sluis/token/v1\0", e["token-" + i])
    yield "evidence-hash", H(e["evidence-salt"], e["evidence-file"].encode())
    yield "evidence-hash-none", H()
    yield "invite-hash", H(b"sluis/invite/v1\0", e["invite-code"])
    yield "guest-commitment", H(b"sluis/guest/v1\0", e["guest-blind"], e["guest-record-hash"])
    for name in e:
        if name.startswith("rounded-"):
            yield name, str(rounded(int(name[8:])))
    origin = e["checkpoint-key"].split("+")[0]
    yield "checkpoint-text", "%s\n1234567\n%s\n" % (origin,
                                                   base64.b64encode(e["checkpoint-root"]).decode())
    key = b"\x01" + e["sign-key"]
    yield "checkpoint-key", "%s+%s+%s" % (origin, H(origin.encode(), b"\n", key)[:4].hex(),
                                          base64.b64encode(key).decode())


def structure(e, wire):
    """(name, whether it holds) of what is no single value."""
    head = e["age-file"].split(b"\n")
    yield "age-file header", head[0] == b"age-encryption.org/v1" and \
        head[1] + b"\n" == e["context-stanza"].encode() and head[2] == b"" and \
        [line[:9] for line in head[3:7:2]] == [b"-> X25519"] * 2 and head[7].startswith(b"--- ")
    yield "batch-payload holds the root", e["batch-payload"].endswith(b"\x2a\x20" + e["batch-root"])
    text, line = e["checkpoint-note"].split("\n\n")
    origin, key_id, _ = e["checkpoint-key"].split("+", 2)
    yield "checkpoint-note is text and signature", text + "\n" == e["checkpoint-text"] and \
        line.startswith("— %s " % origin) and \
        base64.b64decode(line.split(" ")[2])[:4].hex() == key_id
    top = {name.split(".")[0] for name in e if name[0].isupper()}
    yield "every message of the schema", top == set(wire.schema)
    for frame in ("Ask", "Tell"):
        acts = {f for label, _, f in wire.schema[frame].values() if label == "oneof"}
        yield "every " + frame, {n.split(".")[1] for n in e if n.startswith(frame + ".")} == acts
    for name in e:
        if name[0].isupper():
            frame = "." in name
            yield name, wire.message(name.split(".")[0], e[name]) == frame


def main():
    examples = read_examples("proto/examples.md")
    wire = Wire(read_schema("proto/sluis.proto"))
    passed = failed = 0
    checks = [(name, examples[name] == value) for name, value in expected_values(examples)]
    for name, good in checks + list(structure(examples, wire)):
        passed += good
        failed += not good
        if not good:
            print("FAIL", name)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
