#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""A Perfetto trace as text, read with Perfetto's own schema.

    tests/export/decode.py TRACE             print it (as tests/lib/prototext.h)
    tests/export/decode.py --counts TRACE    how many events of each kind each thread has

It needs the package `perfetto` of PyPI. A field that Perfetto's schema does
not know is an error.
"""
import collections
import sys

from google.protobuf import unknown_fields
from perfetto.protos.perfetto.trace import perfetto_trace_pb2


def print_message(message, depth):
    unknown = unknown_fields.UnknownFieldSet(message)
    if len(unknown):
        sys.exit(f"{message.DESCRIPTOR.name} has no field {unknown[0].field_number}")
    for field, value in message.ListFields():
        values = [value] if isinstance(value, (int, float, str, bytes, bool)) or (
            field.message_type and hasattr(value, "ListFields")) else value
        for each in values:
            if field.message_type:
                print(f"{'':{depth * 2}}{field.name}")
                print_message(each, depth + 1)
            else:
                print(f"{'':{depth * 2}}{field.name}: {int(each) if isinstance(each, bool) else each}")


def counts(trace):
    """(kind, tid) -> count. A switch counts for who comes, a wakeup for who is woken."""
    found = collections.Counter()
    for packet in trace.packet:
        bundle = packet.ftrace_events
        for tid in bundle.compact_sched.switch_next_pid:
            found["switch", tid] += 1
        for tid in bundle.compact_sched.waking_pid:
            found["waking", tid] += 1
        for event in bundle.event:
            kind = event.WhichOneof("event")
            if kind == "sched_switch":
                found["switch", event.sched_switch.next_pid] += 1
            elif kind == "sched_waking":
                found["waking", event.sched_waking.pid] += 1
            else:
                found[kind, event.pid] += 1
        found["lost_events", bundle.cpu] += bundle.lost_events
    return found


def main():
    trace = perfetto_trace_pb2.Trace()
    with open(sys.argv[-1], "rb") as file:
        trace.ParseFromString(file.read())
    if sys.argv[1] == "--counts":
        for (kind, tid), count in sorted(counts(trace).items()):
            if count:
                print(kind, tid, count)
    else:
        print_message(trace, 0)


main()
