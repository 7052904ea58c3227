#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""mutate.py FOLDER [--every N] [WORD...]: break the policy and the rules in one place at a time; the tests must notice.

Policy: every row, line, list item, flag, word and number of config/policy.yaml that a decision reads is
deleted or flipped. Rules: every comparison, logical operator, negation and constant answer in the files of
proto/policy that decide, and every line and mode of the table of rules. A mutant is killed when the reader
refuses the policy, the compiler the code, or a test fails. Prints the count and every survivor by name; exit
1 where there is one. With WORDs only mutants whose name holds one of them are tried; with --every N one in
N, beginning at a random one.
"""
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys

POLICY = "config/policy.yaml"
CODE = ["decide.c", "view.h", "view.c", "rule_act.c", "rule_receiver.c", "rule_section.c", "rule_ground.c",
        "rule_grant.c", "rule_record.c", "rule_fact.c", "rule_term.c", "deliveries.c", "date.c"]
TESTS = ["policy_region", "policy_decide", "policy_section", "policy_ground", "policy_act", "policy_release", "policy_record",
         "policy_deliveries", "policy_stranger"]
FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-O1", "-fPIC", "-w", "-iquote", "proto", "-iquote", "tests/lib", "-iquote",
         "tests/testkit"]
# Broken code is watched: reading past an array or shifting too far must not go unnoticed.
WATCH = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# Mutants that are no change: (file, text of the line) -> why. They are printed, not counted as killed.
EQUIVALENT = {("view.h", "return a_ms < b_ms ? a_ms : b_ms;"): "of two equal moments either is the earlier",
              ("view.h", "return until_ms > v->now_ms;"): "moments whose difference overflows are not equal"}
SECONDS = 60


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more)


def must(command):
    done = run(command)
    if done.returncode != 0:
        sys.exit(done.stdout.decode())


class Mutant:
    def __init__(self, path, line, what, text, purpose=None):
        self.path, self.text, self.purpose = path, text, purpose
        self.builds = True
        self.name = "%s:%d: %s" % (path, line, what)
        self.line = line

    def why_equivalent(self):
        if self.path == POLICY:
            return None
        with open(self.path, encoding="utf-8") as file:
            whole = file.read().split("\n")[self.line - 1].strip()
        return EQUIVALENT.get((os.path.basename(self.path), whole))


# ---- the policy -----------------------------------------------------------------------------------------

# Parts of the file that no decision reads: texts for people, and lists of words for content and letters.
SILENT = {"name", "version", "limits", "consent", "media", "rules", "lists", "contents"}
DECIDING_LIMITS = {"section-max-mib", "message-max-mib", "sections-max", "recipients-max", "acts-per-day",
                   "grant-max-days", "request-max-days", "recovery"}
WORDS = {"case: any": "case: closed", "case: open": "case: any", "case: closed": "case: any",
         "case: new": "case: none", "members: joining": "members: named", "members: on-case": "members: named",
         "members: leaving": "members: named", "members: named": "members: none", "kind: message": "kind: plain",
         "kind: request": "kind: message", "kind: grant": "kind: plain", "type: end-date": "type: date",
         "type: date}": "type: end-date}",
         "type: end-month": "type: end-date", ", counts-as: authority": "", "for: review": "for: message",
         "for: message, days: 7": "for: review, days: 7"}


def parts(text):
    """(name, first line, last line) of every top-level part, counted from 0."""
    lines = text.split("\n")
    tops = [(i, re.match(r"([a-z-]+):", line).group(1)) for i, line in enumerate(lines)
            if re.match(r"[a-z-]+:", line)]
    tops.append((len(lines), ""))
    return [(name, first, tops[k + 1][0]) for k, (first, name) in enumerate(tops[:-1])]


def evidence_lists(text):
    for name, first, last in parts(text):
        if name == "grounds":
            return set(re.findall(r"type: code, list: ([a-z-]+)", "\n".join(text.split("\n")[first:last])))
    return set()


class PolicyText:
    def __init__(self, text):
        self.text = text
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.mutants = []

    def row_at(self, line):
        """Name and purpose of the matrix row or entry that holds a line."""
        row = purpose = None
        for i in range(line, -1, -1):
            found = re.match(r"  - row: (\S+)", self.lines[i])
            if found:
                row = found.group(1)
                purpose = re.match(r"    purpose: (\S+)", self.lines[i + 1]).group(1)
                break
            found = re.match(r"(?:  )?([a-z0-9-]+):", self.lines[i])
            if found:
                row = found.group(1)
                break
        return row, purpose

    def add(self, start, end, new, what):
        line = self.text.count("\n", 0, start)
        row, purpose = self.row_at(line)
        self.mutants.append(Mutant(POLICY, line + 1, "%s (%s)" % (what, row),
                                   self.text[:start] + new + self.text[end:], purpose))

    def delete_lines(self, first, last, what):
        self.add(self.starts[first], self.starts[last], "", what)

    def lists(self, start, end):
        for found in re.finditer(r"\[([a-z0-9,\s-]*)\]", self.text[start:end]):
            line_start = self.text.rfind("\n", 0, start + found.start()) + 1
            if "secrecy:" in self.text[line_start:start + found.end()+80].split("\n")[0]:
                continue # the basis: printed, never decided by
            items = [m for m in re.finditer(r"[a-z0-9-]+", found.group(1))]
            for item in items:
                rest = [i.group(0) for i in items if i is not item]
                self.add(start + found.start(), start + found.end(), "[" + ", ".join(rest) + "]",
                         "delete `%s` from [%s]" % (item.group(0), " ".join(i.group(0) for i in items)[:40]))

    def additions(self, start, end):
        """Every code that a cell of the matrix does not hold, put into it."""
        known = {"categories": self.codes("categories"), "from": self.codes("roles"),
                 "to": self.codes("roles")}
        for found in re.finditer(r"    (categories|from|to): \[([a-z0-9,\s-]*)\]", self.text[start:end]):
            held = re.findall(r"[a-z0-9-]+", found.group(2))
            for code in known[found.group(1)]:
                if code not in held:
                    at = start + found.end() - 1
                    self.add(at, at, ", " + code, "add `%s` to `%s`" % (code, found.group(1)))

    def codes(self, name):
        """The codes of one part of the file."""
        for part, first, last in parts(self.text):
            if part == name:
                return re.findall(r"(?m)^  ([a-z0-9-]+):", "\n".join(self.lines[first:last]))
        return []

    def flags(self, start, end):
        for found in re.finditer(r"([a-z-]+): (true|false)\b", self.text[start:end]):
            new = "false" if found.group(2) == "true" else "true"
            self.add(start + found.start(2), start + found.end(2), new, "flip `%s`" % found.group(0))

    def words(self, start, end):
        for old, new in WORDS.items():
            for found in re.finditer(re.escape(old), self.text[start:end]):
                self.add(start + found.start(), start + found.end(), new, "`%s` to `%s`" % (old, new))

    def numbers(self, start, end):
        for found in re.finditer(r"(days|years|-age): (\d+)", self.text[start:end]):
            for new in (int(found.group(2)) + 1, int(found.group(2)) - 1):
                self.add(start + found.start(2), start + found.end(2), str(new),
                         "`%s` to %d" % (found.group(0), new))

    def rows(self, first, last, pattern, what):
        """Whole entries: from a line that matches to the next that is indented no deeper."""
        for i in range(first, last):
            found = re.match(pattern, self.lines[i])
            if not found:
                continue
            depth = len(self.lines[i]) - len(self.lines[i].lstrip())
            end = i + 1
            while end < last and (len(self.lines[end]) - len(self.lines[end].lstrip())) > depth:
                end += 1
            self.delete_lines(i, end, "delete " + what)


def policy_mutants():
    with open(POLICY, encoding="utf-8") as file:
        p = PolicyText(file.read())
    lists = evidence_lists(p.text)
    for name, first, last in parts(p.text):
        start, end = p.starts[first], p.starts[last] - 1
        while p.lines[last - 1].startswith("#") or not p.lines[last - 1]:
            last -= 1
        if name == "limits":
            for i in range(first + 1, last):
                found = re.match(r"  ([a-z-]+): (\d+|true|false)", p.lines[i])
                if not found or found.group(1) not in DECIDING_LIMITS:
                    continue
                old, at = found.group(2), p.starts[i] + found.start(2)
                for new in ([int(old) + 1, int(old) - 1] if old.isdigit() else ["true"]):
                    p.add(at, at + len(old), str(new), "`%s` to %s" % (found.group(0).strip(), new))
        if name == "lists":
            inside = None
            for i in range(first + 1, last):
                inside = (re.match(r"  ([a-z0-9-]+):", p.lines[i]) or [None, inside])[1]
                if inside in lists and p.lines[i].startswith("    "):
                    p.delete_lines(i, i + 1, "delete %s" % p.lines[i].strip().split(":")[0])
        if name == "agreement":
            p.delete_lines(first, last, "delete the agreement's term")
        if name in SILENT:
            continue
        if name == "matrix":
            p.rows(first, last, r"  - row: ", "row")
            p.additions(start, end)
        if name in ("grounds", "acts"):
            p.rows(first + 1, last, r"      - ", "line")
        if name in ("roles", "regimes", "steps", "categories", "purposes", "grounds", "givers", "bands",
                    "exceptions", "methods", "retention", "acts"):
            p.rows(first + 1, last, r"  [a-z0-9-]+:", "entry")
        p.lists(start, end)
        p.flags(start, end)
        p.words(start, end)
        if name in ("retention", "agreement", "bands", "grounds"):
            p.numbers(start, end)
    return p.mutants


# ---- the rules ------------------------------------------------------------------------------------------

TOKEN = re.compile(r"""(?P<skip>/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|^\#[^\n]*(?:\\\n[^\n]*)*|->|<<=?|>>=?)
    |(?P<two>==|!=|<=|>=|&&|\|\|)|(?P<one>[<>!~])|(?P<answer>\breturn\s+(?:true|false)\b)
    |(?P<line>^\tR\([^\n]*\n)""", re.S | re.M | re.X)
FLIP = {"==": "!=", "!=": "==", "<=": "<", ">=": ">", "<": "<=", ">": ">=", "&&": "||", "||": "&&", "!": "",
        "~": ""}


def code_mutants():
    for name in CODE:
        path = "proto/policy/" + name
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for token in TOKEN.finditer(text):
            if token.lastgroup == "skip":
                continue
            old, line = token.group(0), text.count("\n", 0, token.start()) + 1
            news = []
            if token.lastgroup == "answer":
                news = [old.replace("true", "FALSE").replace("false", "true").replace("FALSE", "false")]
            elif token.lastgroup == "line":
                news = rule_line_mutants(old)
            else:
                news = [FLIP[old]]
            for new in news:
                yield Mutant(path, line, "%s -> %s" % (" ".join(old.split()), " ".join(new.split())),
                             text[:token.start()] + new + text[token.end():])


def rule_line_mutants(line):
    """Without the line, and without each of its modes."""
    found = re.match(r"(\tR\(\w+,\s*)([A-Z| ]+?)(,.*)", line, re.S)
    modes = found.group(2).split(" | ")
    yield ""
    if len(modes) > 1:
        for mode in modes:
            rest = " | ".join(m for m in modes if m != mode)
            yield found.group(1) + rest + found.group(3)


# ---- trying them ----------------------------------------------------------------------------------------


def objects(folder):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".o")]


def build_all(folder, flags, arena):
    """All objects, the library of the unbroken code, and the tests that are linked with it by name."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "whole"))
    whole = os.path.join(folder, "whole")
    sources = ["proto/policy/" + n for n in sorted(os.listdir("proto/policy")) if n.endswith(".c")]
    for source in sources + ["proto/base.c", "proto/err.c", arena]:
        must(["gcc", *FLAGS, *flags, "-iquote", "proto/policy", "-c", source, "-o",
              os.path.join(whole, os.path.basename(source)[:-2] + ".o")])
    link(objects(whole), flags, os.path.join(whole, "libpolicy.so"))
    libraries = ["-L" + whole, "-lpolicy", "-lcmocka", "-lsodium", "-lyaml"]
    for test in TESTS:
        must(["gcc", *FLAGS, *flags, "-iquote", "proto/policy", "tests/unit/%s_test.c" % test,
              "tests/lib/policy_scene.c", "-o", os.path.join(folder, test), *libraries])
    must(["gcc", *FLAGS, *flags, "-O2", "-iquote", "proto/policy", "tests/policy/run_tuples.c",
          "tests/testkit/kit_policy.c", "tests/testkit/kit_tuples.c", "-o",
          os.path.join(folder, "run_tuples"), *libraries])
    if not all_pass(folder, whole, os.getcwd(), None):
        sys.exit("the tests fail without any mutant")


def link(parts_of_it, flags, library):
    must(["gcc", "-shared", *flags, "-o", library, *parts_of_it, "-lyaml", "-lsodium"])


def passes(command, library, cwd):
    """Does this test pass with the library of that folder?"""
    env = dict(os.environ, LD_LIBRARY_PATH=library, SLUIS_POLICY=POLICY)
    try:
        return run(command, env=env, cwd=cwd, timeout=SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def all_pass(folder, library, cwd, purpose):
    tuples = [os.path.join(folder, "run_tuples"), "tests/policy/expected.tsv"]
    if purpose is not None and not passes(tuples + [purpose], library, cwd):
        return False
    for test in TESTS:
        if not passes([os.path.join(folder, test)], library, cwd):
            return False
    if not passes(tuples, library, cwd):
        return False
    # Two million more; too many for code that is watched.
    if os.path.basename(folder) != "plain":
        return True
    return passes([tuples[0], "tests/policy/grounds.tsv"], library, cwd)


def try_policy(folder, place, mutant):
    """Run the unbroken code in a tree that holds the broken policy."""
    os.makedirs(os.path.join(place, "config"), exist_ok=True)
    if not os.path.lexists(os.path.join(place, "tests")):
        os.symlink(os.path.abspath("tests"), os.path.join(place, "tests"))
    with open(os.path.join(place, POLICY), "w", encoding="utf-8") as file:
        file.write(mutant.text)
    return not all_pass(folder, os.path.join(folder, "whole"), place, mutant.purpose)


def place_last(place):
    """The file that the mutant before broke in this place: it is made whole again."""
    try:
        with open(os.path.join(place, "last"), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return CODE[0]


def try_code(folder, place, mutant):
    """Build the broken file (a header: all that may include it) and run the tests with it."""
    whole = os.path.join(folder, "whole")
    if not os.path.lexists(os.path.join(place, "proto")):
        shutil.copytree("proto", os.path.join(place, "proto"))
    broken = os.path.basename(mutant.path)
    shutil.copy("proto/policy/" + place_last(place), os.path.join(place, "proto/policy"))
    with open(os.path.join(place, mutant.path), "w", encoding="utf-8") as file:
        file.write(mutant.text)
    with open(os.path.join(place, "last"), "w", encoding="utf-8") as file:
        file.write(broken)
    rebuilt = [broken] if broken.endswith(".c") else [n for n in CODE if n.endswith(".c")]
    parts_of_it = {os.path.basename(o): o for o in objects(whole)}
    for name in rebuilt:
        out = os.path.join(place, name[:-2] + ".o")
        source = os.path.join(place, "proto/policy", name)
        if run(["gcc", *FLAGS, *WATCH, "-iquote", os.path.join(place, "proto/policy"), "-c", source, "-o",
                out]).returncode != 0:
            mutant.builds = False
            return True
        parts_of_it[name[:-2] + ".o"] = out
    link(list(parts_of_it.values()), WATCH, os.path.join(place, "libpolicy.so"))
    return not all_pass(folder, place, os.getcwd(), None)


def is_killed(folder, mutant, worker):
    """Broken policies run on plain code, broken code on code that is watched."""
    is_policy = mutant.path == POLICY
    bench = os.path.join(folder, "plain" if is_policy else "watched")
    place = os.path.join(bench, "worker-%d" % worker)
    os.makedirs(place, exist_ok=True)
    return (try_policy if is_policy else try_code)(bench, place, mutant)


def work(folder, mutants, worker, workers):
    return [m.name for i, m in enumerate(mutants) if i % workers == worker
            and not is_killed(folder, m, worker)]


def main():
    folder = os.path.abspath(sys.argv[1])
    words = sys.argv[2:]
    stride = int(words[1]) if words[:1] == ["--every"] else 1
    if stride > 1:
        words = words[2:]
    build_all(os.path.join(folder, "plain"), [], "proto/arena.c")
    build_all(os.path.join(folder, "watched"), WATCH, "tests/policy/strict_arena.c")
    mutants = [m for m in [*policy_mutants(), *code_mutants()]
               if not words or any(w in m.name for w in words)]
    for m in [m for m in mutants if m.why_equivalent()]:
        print("no change: %s (%s)" % (m.name, m.why_equivalent()))
    mutants = [m for m in mutants if not m.why_equivalent()]
    if stride > 1:
        first = random.randrange(stride)
        mutants = mutants[first::stride]
        print("one in %d, from the %dth" % (stride, first + 1))
    workers = 2
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        survivors = sorted(sum(pool.map(lambda w: work(folder, mutants, w, workers), range(workers)), []))
    for name in survivors:
        print("survived: " + name)
    policy = sum(m.path == POLICY for m in mutants)
    print("%d mutants (%d of the policy, %d of the rules; %d do not compile), %d killed, %d survived"
          % (len(mutants), policy, len(mutants) - policy, sum(not m.builds for m in mutants),
             len(mutants) - len(survivors), len(survivors)))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
