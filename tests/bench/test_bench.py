#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Tests of the bench itself: figures, what tools say of themselves, the short list.

    test_bench.py [Pure|Live]       Live: on this kernel, as root
"""
import json
import os
import unittest

import accounts
import bench
import figures
import losses
import machine
import overhead
import quiet
import summary
import tracers

PERF_REPORT = """
Aggregated stats:
           TOTAL events:         40
            LOST events:          2  ( 5.0%)
          SAMPLE events:         30  (75.0%)
    LOST_SAMPLES events:          2  ( 5.0%)
raw_syscalls:sys_enter stats:
          SAMPLE events:         20
    LOST_SAMPLES events:          7
raw_syscalls:sys_exit stats:
          SAMPLE events:         10
    LOST_SAMPLES events:          3
"""
PERF_TRACE = [
    "     0.074 ( 0.034 ms): sh/7 getppid()                 = 1\n",
    "LOST 21004 events!\n",
    "     0.195 (         ): sh/7 futex(uaddr: 0x7f7c84e110a8) ...\n",
    "         ? (         ): sh/7  ... [continued]: futex())  = 0\n",
]
TRACE_CMD = """
CPU: 0
entries: 0
overrun: 5
commit overrun: 1
bytes: 0
dropped events: 2
read events: 100
"""
BPFTRACE = """Attaching 11 probes...
first on

@first: 1
@n[tracepoint:sched:sched_switch]: 12
@n[tracepoint:raw_syscalls:sys_exit]: 30
"""


def sample(ns, kept, lost):
    return {"ns": ns, "operations": 100, "kept": kept, "lost": lost, "cpu_s": 0.0}


class Pure(unittest.TestCase):
    def test_unknown_stays_unknown(self):
        self.assertIsNone(figures.median([None]))
        self.assertIsNone(figures.ratio(None, 2))
        self.assertIsNone(figures.ratio(1, 0))
        self.assertIsNone(figures.lost_percent(3, None))
        self.assertEqual(figures.span(None), "-")
        self.assertEqual(figures.share(None), "-")

    def test_figures(self):
        self.assertEqual(figures.median([3, None, 1, 2]), 2)
        self.assertEqual(figures.span(figures.spread([1, 9, 3])), "3 (1..9)")
        self.assertEqual(figures.lost_percent(75, 25), 25)
        self.assertEqual(figures.lost_percent(0, 0), 0)
        self.assertEqual([figures.share(value) for value in (0, 0.01, 2)], ["0", "<0.1", "2.0"])

    def test_table_is_aligned(self):
        lines = figures.table("T", ["a", "bb"], [["long", 1], ["x", 100]], ["note"])
        self.assertEqual(lines, ["T", "  a      bb", "  ---------", "  long    1", "  x     100",
                                 "  note"])

    def test_accounts(self):
        self.assertEqual(accounts.of_perf_report(PERF_REPORT), (30, 10))
        self.assertEqual(accounts.of_perf_report(""), (None, None))
        self.assertEqual(accounts.of_perf_trace(PERF_TRACE), (4, 21004))
        self.assertEqual(accounts.of_trace_cmd(TRACE_CMD), (100, 8))
        self.assertEqual(accounts.of_bpftrace(BPFTRACE), (42, None))
        self.assertEqual(accounts.of_stats('{"records": 5, "lost": 1}'), (5, 1))

    def test_rounds_are_compared_with_their_own(self):
        rows = overhead.rows_of({
            "none": [sample(100, None, None), sample(200, None, None)],
            "perf record": [sample(300, 200, 0), sample(400, 200, 200)],
            tracers.RECORD.name: [sample(150, 200, 0), sample(250, 200, 0)]})
        ours = rows[2]
        self.assertEqual(ours["added_ns"]["median"], 50)
        self.assertEqual(ours["to_perf_record"], 0.25)
        self.assertEqual(ours["records_per_operation"], 2)
        self.assertEqual(ours["added_ns_per_event"]["median"], 25)
        self.assertEqual(rows[1]["lost_percent"], {"median": 25, "min": 0, "max": 50})

    def test_events_are_those_of_the_load(self):
        rows = overhead.rows_of({"none": [sample(100, None, None)],
                                 "perf record": [sample(300, 900, 0)],
                                 tracers.RECORD.name: [sample(200, 200, 0), sample(200, 999, 0)]})
        self.assertEqual(rows[1]["added_ns_per_event"]["median"], 100)

    def test_without_ours_events_are_unknown(self):
        rows = overhead.rows_of({"none": [sample(100, None, None)],
                                 "perf record": [sample(101, 3, 0)]})
        self.assertIsNone(rows[1]["own_cpu_ns_per_event"])
        self.assertEqual(overhead.cells(rows[1])[6], "-")

    def test_disturbed_rounds_are_left_out(self):
        def disturbed(ns, why):
            return {**sample(ns, 200, 0), "disturbed": why}

        rounds = {"none": [disturbed(100, ""), disturbed(900, "others")],
                  "perf record": [disturbed(300, ""), disturbed(901, "others")]}
        rows = overhead.rows_of(overhead.quiet_rounds(rounds))
        self.assertEqual(rows[1]["added_ns"]["median"], 200)
        self.assertIn("1 more left out, disturbed: others", overhead.of_quiet_rounds(rounds))
        rounds = {name: samples[1:] for name, samples in rounds.items()}
        rows = overhead.rows_of(overhead.quiet_rounds(rounds))
        self.assertEqual(rows[1]["added_ns"]["median"], 1)
        self.assertIn("ALL DISTURBED", overhead.of_quiet_rounds(rounds))

    def test_busy_share(self):
        before = "cpu  100 0 50 1000 10 0 5 5 0 0\ncpu0 1\n"
        after = "cpu  110 0 55 1080 15 0 5 5 0 0\ncpu0 1\n"
        self.assertEqual(quiet.busy_share(before, after), 0.15)

    def test_the_best_peer_has_to_record(self):
        rows = overhead.rows_of({"none": [sample(100, None, None)],
                                 tracers.RECORD.name: [sample(200, 200, 0)],
                                 tracers.BPFTRACE.name: [sample(110, 200, None)],
                                 tracers.RINGS_LARGE.name: [sample(150, 200, 0)]})
        line, = summary.of_overhead({"syscall basic": rows})
        self.assertEqual((line["peer"], line["ratio"]), (tracers.RINGS_LARGE.name, 2))

    def test_what_is_missing_is_counted_from_what_was_made(self):
        made = {"calls": 100, "seconds": 2.0, "tids": [1]}
        figure = losses.figure_of({"load": made, "kept": 150, "lost": 50, "found": 75})
        self.assertEqual((figure["lost_percent"], figure["missing_percent"]), (25, 25))
        self.assertEqual(figure["kept_per_second"], 75)
        self.assertIsNone(losses.figure_of({"load": made, "kept": 1, "lost": None})["missing_percent"])

    def test_options(self):
        self.assertEqual(bench.parse([]).rounds, 5)
        self.assertEqual(bench.parse(["--quick"]).rounds, 1)
        self.assertEqual(bench.parse(["--only", "losses,memory"]).only, ["losses", "memory"])


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Live(unittest.TestCase):
    def finds_each_call(self, tracer):
        command = [machine.helper("rate"), "1", "20000", "0.3"]
        got = tracer.watch(lambda: json.loads(machine.output_of(command)))
        self.assertGreater(got["load"]["calls"], 0)
        self.assertEqual(got["lost"], 0)
        # A trace also shows the thread's few other calls, and one again after it was preempted.
        beyond = got["found"] - got["load"]["calls"]
        self.assertIn(beyond, [0] if tracer is tracers.RECORD else range(200))

    def test_record(self):
        self.finds_each_call(tracers.RECORD)

    def test_trace(self):
        self.finds_each_call(tracers.LIVE)


if __name__ == "__main__":
    unittest.main()
