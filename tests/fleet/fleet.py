#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Runs every statement of docs/fleet.md, in DuckDB and in ClickHouse, over rows of kept captures.

Both must give rows for each question, and the same ones where only sums are asked for. Question 2
is checked against a plain recount. What is needed comes from PyPI: make test-fleet.
"""
import collections
import csv
import os
import re
import subprocess
import sys
import tempfile

import chdb.session
import duckdb

CAPTURES = ['tests/captures/6.18-amd64/machine.gtraw', 'tests/captures/6.18-amd64/process.gtraw',
            'tests/captures/6.12-cloud-amd64/machine.gtraw']
QUESTIONS = 5
failures = 0


def report(name, good, detail=''):
    global failures
    print(f'{"ok" if good else "not ok"} - {name}')
    if not good:
        failures += 1
        print(f'#   {detail}'[:2000])


def statements(engine):
    """The statements of each block that begins with this engine's name."""
    with open('docs/fleet.md', encoding='utf-8') as file:
        blocks = re.findall(r'```sql\n-- (\w+)\n(.*?)```', file.read(), re.S)
    return [[part for part in text.split(';') if part.strip()]
            for name, text in blocks if name == engine]


def ask_duckdb(blocks):
    data = duckdb.connect()
    for statement in blocks[0]:
        data.execute(statement)
    return [data.execute(block[0]).fetchall() for block in blocks[1:]]


def ask_clickhouse(blocks, folder):
    session = chdb.session.Session(os.path.join(folder, 'clickhouse'))
    for statement in blocks[0]:
        session.query(statement.replace("'*.csv'", f"'{folder}/*.csv'"))
    answers = []
    for block in blocks[1:]:
        text = session.query(block[0], 'CSV').bytes().decode()
        answers.append(list(csv.reader(text.splitlines())))
    return answers


def behind_whom(folder):
    """Question 2 the plain way: seconds by (host, who waited, who ran there)."""
    waits, runs = collections.defaultdict(list), collections.defaultdict(list)
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.csv'):
            continue
        with open(os.path.join(folder, name), newline='', encoding='utf-8') as file:
            for row in csv.DictReader(file):
                start = int(row['start_ns'])
                slot = (row['host'], row['cpu'])
                entry = (start, start + int(row['dur_ns']), row['comm'])
                if row['state'] == 'waiting' and row['cpu']:
                    waits[slot].append(entry)
                elif row['state'] in ('running', 'syscall'):
                    runs[slot].append(entry)
    total = collections.Counter()
    for slot, entries in waits.items():
        for start, end, who in entries:
            for begin, stop, other in runs[slot]:
                if begin < end and start < stop:
                    total[slot[0], who, other] += min(end, stop) - max(start, begin)
    return total


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
    duck, click = statements('DuckDB'), statements('ClickHouse')
    report('the document has a table and five questions, for both',
           len(duck) == len(click) == QUESTIONS + 1, (len(duck), len(click)))
    with tempfile.TemporaryDirectory() as folder:
        for capture in CAPTURES:
            name = capture.replace('/', '-').replace('.gtraw', '.csv')
            with open(os.path.join(folder, name), 'wb') as file:
                subprocess.run(('./gotrace-bpf', 'slices', capture), stdout=file, check=True)
        expected = behind_whom(folder)
        of_click = ask_clickhouse(click, folder)
        os.chdir(folder)
        of_duck = ask_duckdb(duck)
    for i in range(QUESTIONS):
        report(f'question {i + 1} has an answer in both', of_duck[i] and of_click[i])
        a = [tuple('' if field is None else field for field in row) for row in of_duck[i]]
        b = of_click[i]
        report(f'question {i + 1}: as many rows', len(a) == len(b), (a, b))
    report('question 2 is what a plain recount says', all(
        abs(seconds * 1e9 - expected[host, who, other]) < 1000
        for host, who, other, seconds in of_duck[1]), of_duck[1][:3])
    for i, column in ((1, 3), (2, 5), (3, 3)):
        same = all(abs(float(x[column]) - float(y[column])) < 1e-6
                   for x, y in zip(of_duck[i], of_click[i]))
        report(f'question {i + 1}: the same sums in both', same, (of_duck[i][:3], of_click[i][:3]))
    return 1 if failures else 0


sys.exit(main())
