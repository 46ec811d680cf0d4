#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Is the text of a report what its JSON says? report_compare.py TEXT JSON

Both by the same options. Each table of the text is made anew from the JSON, and
compared line by line. Prints what differs; exit status 1 then.
"""
import json
import sys

UNITS = ((10**9, ' s'), (10**6, ' ms'), (10**3, ' us'))


def time(ns):
    """As the program shows it: three digits."""
    if ns is None:
        return '?'
    for unit, suffix in UNITS:
        if ns >= unit:
            value = ns / unit
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f'{value:.{digits}f}{suffix}'
    return f'{ns} ns' if ns else '0'


def words(line):
    return line.split()


def thread_line(row, by):
    times = [time(row['running_ns']), time(row['syscall_ns']), time(row['waiting_ns']),
             time(row['p99_ns'])]
    blocked = time(row['blocked_ns'])
    if by == 'name':
        return [str(row['threads'])] + times + [time(row['longest_ns']), blocked]
    pid = str(row['pid'] or '?')
    if row['pid'] and row['ns_pid'] and row['ns_pid'] != row['pid']:
        pid += f'/{row["ns_pid"]}'
    first = {'process': pid, 'thread': str(row['tid'] or 0), 'cgroup': str(row['threads'])}[by]
    return [first] + times + [blocked]


def pair_line(row, still):
    line = [time(row['ns']), str(row['times']), time(row['longest_ns']),
            time(row['longest_at_ns'] or 0)]
    return line + [time(row['still_ns'])] if still else line


def call_line(row):
    errors = [f'{name} {count}' for name, count in row['errors'].items()]
    return [str(row['calls']), time(row['total_ns']), time(row['p99_ns']), time(row['longest_ns']),
            time(row['longest_at_ns']), ', '.join(errors[:3])]


def cpu_line(row):
    return [str(row['cpu']), time(row['busy_ns']), time(row['idle_ns']), time(row['wasted_ns']),
            time(row['unknown_ns']), str(row['switches']), str(row['migrations'])]


def tables(text):
    """Title's first words to lines."""
    found, name = {}, None
    for line in text.split('\n')[1:]:
        if not line:
            name = None
        elif name is None:
            name = words(line)[0] + ('' if words(line)[0] != 'WAITING' or 'TIMES' in line else '*')
            found[name] = []
        elif not line.startswith(('and ', 'Nobody:', '(without')):
            found[name].append(line)
    return found


def sleep_lines(report):
    """Those that slept all the while come last."""
    rows = report['sleeps'] + report['sleeps_all_the_while']
    return [pair_line(row, True) for row in rows]


def has_all(line, cells):
    """The cells stand in the line, one after the other."""
    at = 0
    for cell in cells:
        at = line.find(cell, at)
        if at < 0:
            return False
        at += len(cell)
    return True


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        text = file.read()
    with open(sys.argv[2], encoding='utf-8') as file:
        report = json.load(file)
    found, faults, compared = tables(text), [], 0
    first = {'name': 'THREADS' if '\nTHREADS ' in text else 'NAME', 'process': 'PID', 'thread': 'TID', 'cgroup': 'THREADS'}[report['by']]
    expected = {
        first: [thread_line(row, report['by']) for row in report['threads']],
        'WAITING': [pair_line(row, False) for row in report['waits']],
        'BLOCKED': sleep_lines(report),
        'SYSCALL': [call_line(row) for row in report['syscalls'] or []],
        'TOTAL': [[time(row['total_ns']), str(row['times']), time(row['p99_ns']),
                   time(row['longest_ns']), time(row['longest_at_ns']), row['name']]
                  for row in report['ranges']],
        'CPU': [cpu_line(row) for row in report['cpus']],
        'WAITING*': [[time(row['waiting_ns']), row['label']] for row in report['scheduled_as']],
        'WAITED': [[time(row['ns']), time(row['at_ns'])] for row in report['longest_waits']],
        'RAN': [[time(row['ns']), time(row['at_ns'])] for row in report['longest_runs']],
    }
    if 'WAITS' in found:
        spread = report['wait_spread']
        rows = [row for row in spread['decades']]
        while rows and not rows[0]['times']:
            rows.pop(0)
        while rows and not rows[-1]['times']:
            rows.pop()
        expected['WAITS'] = [[str(row['times']), time(row['ns'])] for row in rows]
    for name, rows in expected.items():
        lines = [line for line in found.get(name, []) if 'slept all the while' not in line]
        if len(lines) != len(rows):
            faults.append(f'{name}: {len(lines)} lines, {len(rows)} rows in JSON')
        for line, row in zip(lines, rows):
            compared += 1
            if not has_all(line, row):
                faults.append(f'{name}: {line!r} is not {row}')
    for name in set(found) - set(expected):
        faults.append(f'{name}: nothing in the JSON')
    print('\n'.join(faults[:20]) or f'{compared} lines are the same')
    return 1 if faults else 0


sys.exit(main())
