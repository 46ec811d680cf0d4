// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// argCounts says how many arguments the timed events have that this project
// writes, the time among them. Fused traces have all that Go programs write.
var argCounts = map[byte]int{
	9: 3, 10: 3, 11: 1, 12: 4, 13: 3, // ProcsChange to ProcStatus
	14: 4, 15: 2, 16: 3, 17: 1, 18: 1, 19: 3, 20: 3, 21: 4, // GoCreate to GoUnblock
	22: 3, 23: 1, 24: 1, 25: 4, // GoSyscallBegin to GoStatus
	26: 3, 27: 1, // STWBegin, STWEnd
	28: 2, 29: 3, 30: 2, 31: 2, 32: 2, 33: 3, 34: 2, 35: 2, 36: 1, // GCActive to GCMarkAssistEnd
	37: 2, 38: 2, 39: 2, // HeapAlloc, HeapGoal, GoLabel
	40: 5, 41: 3, 42: 4, 43: 4, 44: 5, // UserTaskBegin to UserLog
	45: 3, 46: 3, 47: 4, 48: 5, // GoSwitch to GoStatusStack
}

const (
	evEventBatch      = 1
	evStacks          = 2
	evStrings         = 4
	evCPUSamples      = 6
	evCPUSample       = 7
	evFrequency       = 8
	evExperimental    = 49
	evSync            = 50
	evEndOfGeneration = 52
	maxBatch          = 64 << 10
)

var errShort = errors.New("a number is cut off")

// wire is a place in a trace.
type wire struct {
	data []byte
	err  error
}

func (w *wire) number() uint64 {
	v, n := binary.Uvarint(w.data)
	if n <= 0 {
		w.err = errShort
		w.data = nil
		return 0
	}
	w.data = w.data[n:]
	return v
}

func (w *wire) byte() byte {
	if len(w.data) == 0 {
		w.err = errShort
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return b
}

// generation collects what must hold within one.
type generation struct {
	number     uint64
	times      []uint64 // of events
	samples    []uint64 // of CPU samples
	structural []uint64 // of batches without events
	whole      bool     // the batch with the frequency was seen
	fused      bool     // batches without events may be earlier: at the time of a program's own trace
}

// events reads the times of a batch's events.
func (g *generation) events(data []byte, at uint64) error {
	w := wire{data: data}
	for len(w.data) > 0 {
		typ := w.byte()
		count, ok := argCounts[typ]
		if !ok {
			return fmt.Errorf("event type %d in a batch of events", typ)
		}
		at += w.number()
		for range count - 1 {
			w.number()
		}
		g.times = append(g.times, at)
	}
	return w.err
}

// cpuSamples reads the times of a batch's samples.
func (g *generation) cpuSamples(data []byte) error {
	w := wire{data: data}
	for len(w.data) > 0 {
		if typ := w.byte(); typ != evCPUSample {
			return fmt.Errorf("event type %d among CPU samples", typ)
		}
		g.samples = append(g.samples, w.number())
		for range 4 {
			w.number()
		}
	}
	return w.err
}

// experiment passes over a batch of one.
func (g *generation) experiment(w *wire) error {
	w.byte()
	number := w.number()
	w.number()
	w.number()
	size := w.number()
	if w.err != nil || size > maxBatch || size > uint64(len(w.data)) {
		return fmt.Errorf("an experiment of %d bytes where %d are left", size, len(w.data))
	}
	if number != g.number || g.whole {
		return fmt.Errorf("generation %d: an experiment of %d", g.number, number)
	}
	w.data = w.data[size:]
	return nil
}

func (g *generation) batch(w *wire, version int) error {
	m, at, size := w.number(), w.number(), w.number()
	if w.err != nil || size == 0 || size > maxBatch || size > uint64(len(w.data)) {
		return fmt.Errorf("a batch of %d bytes where %d are left", size, len(w.data))
	}
	if g.whole {
		return fmt.Errorf("generation %d: a batch after the frequency", g.number)
	}
	data := w.data[:size]
	w.data = w.data[size:]
	switch data[0] {
	case evFrequency, evSync:
		if (data[0] == evSync) != (version >= 25) {
			return fmt.Errorf("event type %d begins a batch in 1.%d", data[0], version)
		}
		g.whole = true
		fallthrough
	case evStrings, evStacks, evCPUSamples:
		g.structural = append(g.structural, at)
		if m != ^uint64(0) {
			return fmt.Errorf("a batch without events on M %d", m)
		}
		if data[0] == evCPUSamples {
			return g.cpuSamples(data[1:])
		}
		return nil
	}
	return g.events(data, at)
}

// end checks the whole generation and returns the time of its last event.
func (g *generation) end(last uint64) (uint64, error) {
	if !g.whole {
		return 0, fmt.Errorf("generation %d: no frequency", g.number)
	}
	if len(g.times) == 0 && len(g.samples) > 0 {
		return last, nil
	}
	if len(g.times) == 0 {
		return 0, fmt.Errorf("generation %d: no event", g.number)
	}
	slices.Sort(g.times)
	for i := 1; i < len(g.times); i++ {
		if g.times[i] == g.times[i-1] {
			return 0, fmt.Errorf("generation %d: two events at %d", g.number, g.times[i])
		}
	}
	first := g.times[0]
	if last > 0 && first < last+3 {
		return 0, fmt.Errorf("generation %d: begins at %d, the one before ends at %d", g.number, first, last)
	}
	for _, at := range g.samples {
		first = min(first, at)
	}
	for _, at := range g.structural {
		if at != first-1 && first < 1<<53 && (!g.fused || at >= first) {
			return 0, fmt.Errorf("generation %d: a batch without events at %d, events from %d", g.number, at, first)
		}
	}
	return g.times[len(g.times)-1], nil
}

// checkWire checks what Go's reader forgives but a good trace has: times that
// rise strictly over all Ms, the frequency last in each generation, times of
// other batches just before the first event.
// It returns the minor version of the header.
func checkWire(data []byte, fused bool) (version int, err error) {
	if n, err := fmt.Sscanf(string(data[:min(16, len(data))]), "go 1.%d trace\x00\x00\x00", &version); n != 1 || err != nil {
		return 0, errors.New("no header")
	}
	if version < 22 { // another format, which its reader checks
		return version, nil
	}
	var last uint64
	g := generation{number: 1, fused: fused}
	for w := (wire{data: data[16:]}); len(w.data) > 0; {
		switch typ := w.byte(); typ {
		case evEventBatch:
			if number := w.number(); number == g.number+1 && version < 26 {
				if last, err = g.end(last); err != nil {
					return 0, err
				}
				g = generation{number: number, fused: fused}
			} else if number != g.number {
				return 0, fmt.Errorf("generation %d after %d", number, g.number)
			}
			if err := g.batch(&w, version); err != nil {
				return 0, err
			}
		case evExperimental:
			if err := g.experiment(&w); err != nil {
				return 0, err
			}
		case evEndOfGeneration:
			if version < 26 {
				return 0, fmt.Errorf("an end of generation in 1.%d", version)
			}
			if last, err = g.end(last); err != nil {
				return 0, err
			}
			g = generation{number: g.number + 1, fused: fused}
		default:
			return 0, fmt.Errorf("event type %d between batches", typ)
		}
	}
	if version < 26 {
		_, err = g.end(last)
	} else if len(g.times) > 0 {
		err = fmt.Errorf("generation %d: no end", g.number)
	}
	return version, err
}
