# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What a Perfetto trace says, worked out as Perfetto's trace processor does.

It reads the wire format with the few field numbers it needs, so that it runs
without any package. The rules are those of the trace processor's importer:

* A switch in columns is of whoever the CPU's last switch brought. Before the
  first whole one of a CPU, columns are passed over.
* A wakeup makes a thread runnable only if it was neither running nor runnable.
* A new task is runnable. A thread that is freed has ended.
* Times of a bundle are of a clock that stands beside CLOCK_BOOTTIME in it.
"""
import collections

APART_NS = 64  # what belongs to one record

SWITCH_TIME, SWITCH_STATE, SWITCH_PID, SWITCH_COMM = 1, 2, 3, 6
WAKING_TIME, WAKING_PID = 7, 8
EVENTS = {4: "switch", 18: "blocked", 20: "waking", 235: "newtask", 236: "rename", 240: "free",
          329: "sys_enter", 330: "sys_exit"}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of a message: ints, or bytes."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            if at + size > len(data):
                raise ValueError("a field ends behind its message")
            value = data[at:at + size]
            at += size
        else:
            raise ValueError(f"wire type {tag & 7}")
        yield tag >> 3, value


def packed(data):
    values, at = [], 0
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


Event = collections.namedtuple("Event", "ns cpu kind pid inner")


def columns(data, cpu, offset, events):
    found = {}
    for number, value in fields(data):
        if number != 5:
            found[number] = packed(value)
    ns = offset
    for i, delta in enumerate(found.get(SWITCH_TIME, [])):
        ns += delta
        events.append(Event(ns, cpu, "column_switch", None,
                            (found[SWITCH_STATE][i], found[SWITCH_PID][i])))
    ns = offset
    for i, delta in enumerate(found.get(WAKING_TIME, [])):
        ns += delta
        events.append(Event(ns, cpu, "column_waking", None, found[WAKING_PID][i]))


def bundle(data, events):
    """Its events; returns (cpu, whether events before it are lost)."""
    message = collections.defaultdict(list)
    for number, value in fields(data):
        message[number].append(value)
    cpu, offset = message[1][0], message[7][0] - message[6][0]
    for value in message[4]:
        columns(value, cpu, offset, events)
    for value in message[2]:
        event = dict(fields(value))
        kind = next(number for number in event if number in EVENTS)
        events.append(Event(event[1] + offset, cpu, EVENTS[kind], event[2],
                            dict(fields(event[kind]))))
    return cpu, bool(message[3])


class Reading:
    """counts[kind, tid], sums[tid][state] in ns, lost[cpu] bundles after a gap."""

    def __init__(self, data):
        self.counts = collections.Counter()
        self.sums = collections.defaultdict(collections.Counter)
        self.lost = collections.Counter()
        self.events = []
        self.start_ns = 0
        self.born = {}
        self.kinds = collections.Counter()
        self.on_cpu = {}
        self.state = {}
        states = []
        for number, packet in fields(data):
            if number != 1:
                raise ValueError("no packet")
            for kind, value in fields(packet):
                if kind == 1:
                    cpu, lost = bundle(value, self.events)
                    self.lost[cpu] += lost
                elif kind == 117:
                    state = dict(fields(value))
                    states.append((dict(fields(packet))[8], state[3],
                                   {2: "R", 4: "S"}[state[4]]))
        for ns, tid, state in states:
            self.events.append(Event(ns, 0, "state", tid, state))
        self.events.sort(key=lambda event: event.ns)
        for event in self.events:
            if not (event.kind in ("state", "sys_enter") or event.kind == "switch"):
                break
            self.start_ns = event.ns  # what is so at the start is told up to here
        for event in self.events:
            self.kinds[event.kind] += 1
            getattr(self, "see_" + event.kind)(event)
        end = self.events[-1].ns if self.events else 0
        for tid in list(self.state):
            self.enter(tid, None, end)

    def enter(self, tid, state, ns):
        if tid == 0:
            return
        if tid in self.state:
            old, since = self.state[tid]
            self.sums[tid][old] += ns - since
        self.state[tid] = (state, ns)

    def comes(self, event, prev, prev_state, tid):
        letter = "R" if prev_state in (0, 0x100) else "X" if prev_state == 0x10 else "S"
        self.enter(prev, letter, event.ns)
        self.enter(tid, "Running", event.ns)
        self.on_cpu[event.cpu] = tid
        self.counts["is" if event.ns <= self.start_ns else "switch", tid] += 1

    def wakes(self, event, tid):
        self.counts["waking", tid] += 1
        if tid not in self.state or self.state[tid][0] not in ("Running", "R"):
            self.enter(tid, "R", event.ns)

    def see_column_switch(self, event):
        if event.cpu not in self.on_cpu:
            raise ValueError("columns before the first whole switch")
        state, tid = event.inner
        self.comes(event, self.on_cpu[event.cpu], state, tid)

    def see_switch(self, event):
        if event.cpu in self.on_cpu and self.on_cpu[event.cpu] != event.inner[2]:
            raise ValueError("a switch away from who is not there")
        self.comes(event, event.inner[2], event.inner.get(4, 0), event.inner[6])

    def see_column_waking(self, event):
        self.wakes(event, event.inner)

    def see_waking(self, event):
        self.wakes(event, event.inner[2])

    def see_newtask(self, event):
        tid = event.inner[1]
        self.counts["born", tid] += 1
        self.born[tid] = event.ns
        self.state.pop(tid, None)
        self.enter(tid, "R", event.ns)

    def see_free(self, event):
        self.counts["freed", event.inner[2]] += 1
        self.enter(event.inner[2], None, event.ns)
        self.state.pop(event.inner[2], None)

    def see_state(self, event):
        # Later than the start it is a wakeup by nobody knows whom.
        self.counts["is" if event.ns <= self.start_ns else "waking", event.pid] += 1
        self.enter(event.pid, event.inner, event.ns)

    def see_sys_enter(self, event):
        inside = event.ns <= self.start_ns or event.ns - self.born.get(event.pid, 0) <= APART_NS
        self.counts["inside" if inside else "syscall", event.pid] += 1

    def see_sys_exit(self, event):
        self.counts["syscall_end", event.pid] += 1

    def see_blocked(self, event):
        pass

    def see_rename(self, event):
        pass


def read(path):
    with open(path, "rb") as file:
        return Reading(file.read())
