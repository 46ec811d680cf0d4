# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The end of the output: ours beside the best of the peers, question by question."""
import figures
import losses
import overhead
import reading
import tracers

OURS = tracers.RECORD.name
LESS, MORE = "less", "more"
# A peer that lost more than this did not record the same, if another did.
WHOLE_PERCENT = 1


def line(question, ours, best, peer, unit, better, digits=0, note=""):
    return {"question": question, "ours": ours, "best_peer": best, "peer": peer, "unit": unit,
            "better": better, "ratio": figures.ratio(ours, best), "digits": digits, "note": note}


def best_of(rows, name, value, better):
    """(name, value, row) of the peer with the best value, or three None."""
    known = [(value(row), row) for row in rows if value(row) is not None]
    if not known:
        return None, None, None
    found, row = (min if better == LESS else max)(known, key=lambda pair: pair[0])
    return row[name], found, row


def row_of(rows, tracer):
    return next((row for row in rows if row["tracer"] == tracer), None)


def both_lost(peer, ours):
    return f"lost {figures.share(peer)} %, ours {figures.share(ours)} %"


def whole(rows, lost):
    return [row for row in rows if (lost(row) or 0) <= WHOLE_PERCENT] or rows


def peers_under(load):
    """Those that record all that a load does, as ours: bpftrace only counts."""
    return [tracer.name for tracer in overhead.WANTED
            if tracer.records and tracer.calls and not tracer.name.startswith("gotrace-bpf") and
            (tracer.sched or load == "syscall basic")]


def of_overhead(result):
    def added(row):
        return row["added_ns"]["median"]

    def lost(row):
        return figures.middle(row["lost_percent"])

    out = []
    for load, rows in result.items():
        ours = row_of(rows, OURS)
        peers = [row for row in rows if row["tracer"] in peers_under(load)]
        name, best, peer = best_of(whole(peers, lost), "tracer", added, LESS)
        if ours and name:
            out.append(line(f"added to {load}", added(ours), best, name, "ns/op", LESS,
                            note=both_lost(lost(peer), lost(ours))))
    return out


def of_losses(rows):
    def kept(row):
        found = figures.middle(row["kept_per_second"][step])
        return None if found is None else found / 1e6

    def missing(row):
        return figures.middle(row["missing_percent"][step])

    out = []
    ours = row_of(rows, OURS)
    peers = [row for row in rows if not row["tracer"].startswith("gotrace-bpf")]
    for step in [losses.step_name(step) for step in losses.steps() if step[1] == 0]:
        name, best, peer = best_of(peers, "tracer", kept, MORE)
        if ours and name:
            out.append(line(f"kept, {step}", kept(ours), best, name, "M records/s", MORE, 2,
                            both_lost(missing(peer), missing(ours))))
    return out


def of_reading(result):
    rows = {row["reader"]: row for row in result["readers"]}
    out = []
    for mine, peers, unit in (
            (reading.CONVERT, ["perf script", "trace-cmd report"], "records_per_second"),
            (reading.VALIDATE, [reading.GO_READER], "events_per_second"),
            (reading.EVENTS, [reading.GO_PRINTER], "events_per_second")):
        name, best, _ = best_of([rows[peer] for peer in peers if peer in rows], "reader",
                                lambda row: row[unit], MORE)
        if name:
            out.append(line(mine.split()[-1], rows[mine][unit] / 1e6, best / 1e6, name,
                            "M " + unit.replace("_per_second", "/s"), MORE, 2))
    sizes = {row["file"]: row for row in result["sizes"]}
    peers = [row for file, row in sizes.items() if not file.startswith("gotrace-bpf")]
    name, best, _ = best_of(peers, "file", lambda row: row["bytes_per_record"], LESS)
    if name:
        out.append(line("size", sizes[OURS]["bytes_per_record"], best, name, "bytes/record", LESS, 1))
    return out


def of_memory(result):
    first, last = result["length"][0], result["length"][-1]
    return [line(f"convert's memory, {last['seconds']} s", last["peak_mib"], first["peak_mib"],
                 f"itself, {first['seconds']} s", "MiB", LESS, 1)]


PARTS = {"overhead": of_overhead, "losses": of_losses, "reading": of_reading, "memory": of_memory}


def make(result):
    """(rows, lines) of what was measured."""
    rows = [row for name, part in PARTS.items() if name in result for row in part(result[name])]
    if not rows:
        return rows, []
    return rows, figures.table(
        f"In short: ours ({OURS} where tracers are compared) and the best peer",
        ["question", "ours", "best peer", "unit", "better", "ours/peer", "the peer"],
        [[row["question"], figures.number(row["ours"], row["digits"]),
          figures.number(row["best_peer"], row["digits"]), row["unit"], row["better"],
          figures.number(row["ratio"], 2), ": ".join(filter(None, (row["peer"], row["note"])))]
         for row in rows],
        [f"added: the best of those that lost no more than {WHOLE_PERCENT} %, if there are any."])
