// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

//go:build ignore

// Golden says what the Go toolchain's own reader makes of traces. It is built
// inside the toolchain's source tree, by an overlay, since what it asks is
// internal there (see tests/judge/golden/build).
//
//	golden unpack DIR          every case of internal/trace/testdata, as DIR/NAME.trace,
//	                           and DIR/NAME.expect: SUCCESS or FAILURE
//	golden unpack DIR FILE...  these text archives
//	golden judge FILE...       FILE.verdict: ok, fail or panic, and why; FILE.parsed, FILE.wire,
//	                           FILE.footprint: what go tool trace prints (Go's tool with -d)
//	golden ties FACTOR FILE OUT       the same trace with a unit of time so small that many
//	                           events happen at once
//	golden damage COUNT FILE OUT      OUT.N.trace: bits turned, bytes lost, the end cut off
//	golden bench FILE          events, and ns of CPU time for all of them, reading only
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"internal/trace"
	"internal/trace/raw"
	"internal/trace/testtrace"
	"internal/trace/tracev2"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "golden:", err)
		os.Exit(2)
	}
}

func unpackText(dir, path string) {
	r, _, expect, err := testtrace.ParseFile(path)
	check(err)
	data, err := io.ReadAll(r)
	check(err)
	name := filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), ".test"))
	check(os.WriteFile(name+".trace", data, 0o644))
	word := "SUCCESS"
	if expect.Check(nil) != nil {
		word = "FAILURE"
	}
	check(os.WriteFile(name+".expect", []byte(word+"\n"), 0o644))
}

// unpackFuzz takes the one argument out of a file of Go's fuzz corpus.
func unpackFuzz(dir, path string) {
	text, err := os.ReadFile(path)
	check(err)
	for _, line := range strings.Split(string(text), "\n") {
		if quoted, ok := strings.CutPrefix(line, "[]byte("); ok {
			data, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
			check(err)
			name := filepath.Join(dir, "fuzz-"+filepath.Base(path)+".trace")
			check(os.WriteFile(name, []byte(data), 0o644))
		}
	}
}

func unpack(dir string, files []string) {
	check(os.MkdirAll(dir, 0o755))
	if len(files) == 0 {
		testdata := filepath.Join(runtime.GOROOT(), "src/internal/trace/testdata")
		files, _ = filepath.Glob(testdata + "/tests/*.test")
		fuzz, _ := filepath.Glob(testdata + "/fuzz/FuzzReader/*")
		for _, path := range fuzz {
			unpackFuzz(dir, path)
		}
	}
	for _, path := range files {
		unpackText(dir, path)
	}
}

// read calls each for every event, and gives Go's verdict.
func read(data []byte, each func(trace.Event)) (verdict string) {
	defer func() {
		if p := recover(); p != nil {
			verdict = fmt.Sprintf("panic %v", p)
		}
	}()
	r, err := trace.NewReader(bytes.NewReader(data))
	for err == nil {
		var ev trace.Event
		ev, err = r.ReadEvent()
		if err == nil && each != nil {
			each(ev)
		}
	}
	if err == io.EOF {
		return "ok"
	}
	return fmt.Sprintf("fail %v", err)
}

func parsed(data []byte, w io.Writer) string {
	return read(data, func(ev trace.Event) { fmt.Fprintln(w, ev.String()) })
}

func wire(data []byte, w io.Writer) {
	r, err := raw.NewReader(bytes.NewReader(data))
	if err != nil {
		return
	}
	tw, err := raw.NewTextWriter(w, r.Version())
	for err == nil {
		var ev raw.Event
		ev, err = r.ReadEvent()
		if err == nil {
			err = tw.WriteEvent(ev)
		}
	}
}

func judge(path string) {
	data, err := os.ReadFile(path)
	check(err)
	verdict := read(data, nil)
	var events, bytes bytes.Buffer
	if printed := parsed(data, &events); strings.HasPrefix(printed, "panic") && verdict == "ok" {
		verdict = "ok, but its printer: " + printed
	}
	wire(data, &bytes)
	check(os.WriteFile(path+".verdict", []byte(verdict+"\n"), 0o644))
	check(os.WriteFile(path+".parsed", events.Bytes(), 0o644))
	check(os.WriteFile(path+".wire", bytes.Bytes(), 0o644))
}

// ties raises the frequency, which is all that tells units of time from ns.
func ties(factor uint64, path, out string) {
	data, err := os.ReadFile(path)
	check(err)
	r, err := raw.NewReader(bytes.NewReader(data))
	check(err)
	var events []raw.Event
	batch := 0
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			break
		}
		check(err)
		if ev.Ev == tracev2.EvEventBatch {
			batch = len(events)
		}
		if ev.Ev == tracev2.EvFrequency {
			before := ev.EncodedSize()
			ev.Args[0] *= factor
			events[batch].Args[3] += uint64(ev.EncodedSize() - before)
		}
		events = append(events, ev)
	}
	var buf bytes.Buffer
	w, err := raw.NewWriter(&buf, r.Version())
	for _, ev := range events {
		if err == nil {
			err = w.WriteEvent(ev)
		}
	}
	check(err)
	check(os.WriteFile(out, buf.Bytes(), 0o644))
}

// damage makes copies of a trace that are broken in the same way each time.
func damage(count int, path, out string) {
	data, err := os.ReadFile(path)
	check(err)
	random := rand.New(rand.NewPCG(uint64(len(data)), uint64(count)))
	for i := range count {
		bad := bytes.Clone(data)
		for range 1 + random.IntN(3) {
			at := 16 + random.IntN(len(bad)-16)
			switch random.IntN(4) {
			case 0:
				bad[at] ^= 1 << random.IntN(8)
			case 1:
				bad[at] = byte(random.IntN(256))
			case 2:
				bad = append(bad[:at], bad[min(len(bad), at+1+random.IntN(4)):]...)
			case 3:
				if random.IntN(4) == 0 {
					bad = bad[:at+1]
				}
			}
			if len(bad) < 18 {
				break
			}
		}
		check(os.WriteFile(fmt.Sprintf("%s.%d.trace", out, i), bad, 0o644))
	}
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func bench(path string) {
	data, err := os.ReadFile(path)
	check(err)
	events := 0
	start := cpuTime()
	verdict := read(data, func(trace.Event) { events++ })
	if verdict != "ok" {
		check(fmt.Errorf("%s: %s", path, verdict))
	}
	fmt.Println(events, (cpuTime() - start).Nanoseconds())
}

func main() {
	switch args := os.Args[1:]; {
	case len(args) >= 2 && args[0] == "unpack":
		unpack(args[1], args[2:])
	case len(args) >= 1 && args[0] == "judge":
		for _, path := range args[1:] {
			judge(path)
		}
		for s := bufio.NewScanner(os.Stdin); len(args) == 1 && s.Scan(); {
			judge(s.Text())
		}
	case len(args) == 4 && args[0] == "ties":
		factor, err := strconv.ParseUint(args[1], 10, 64)
		check(err)
		ties(factor, args[2], args[3])
	case len(args) == 4 && args[0] == "damage":
		count, err := strconv.Atoi(args[1])
		check(err)
		damage(count, args[2], args[3])
	case len(args) == 2 && args[0] == "bench":
		bench(args[1])
	default:
		fmt.Fprintln(os.Stderr, "usage: golden unpack DIR [FILE...] | judge [FILE...] | ties FACTOR FILE OUT |\n"+
			"       damage COUNT FILE OUT | bench FILE")
		os.Exit(2)
	}
}
