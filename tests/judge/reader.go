// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

package main

import (
	"bytes"
	"fmt"
	"io"

	"golang.org/x/exp/trace"
)

// checkReader reads all events with Go's reader. It returns their number and
// some of the goroutines there are.
func checkReader(data []byte) (events int, gos []trace.GoID, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	seen := map[trace.GoID]bool{}
	var last trace.Event
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, nil, fmt.Errorf("after event %d: %w", events, err)
		}
		if events > 0 && ev.Time() <= last.Time() {
			return 0, nil, fmt.Errorf("event %d: time %d after %d", events, ev.Time(), last.Time())
		}
		_ = ev.String() // looks up everything it names
		if ev.Kind() == trace.EventStateTransition {
			st := ev.StateTransition()
			if st.Resource.Kind == trace.ResourceGoroutine {
				if g := st.Resource.Goroutine(); !seen[g] && len(gos) < 3 {
					seen[g] = true
					gos = append(gos, g)
				}
			}
		}
		last = ev
		events++
	}
	if events == 0 || last.Kind() != trace.EventSync {
		return 0, nil, fmt.Errorf("no proper end: %d events, the last is %v", events, last.Kind())
	}
	return events, gos, nil
}
