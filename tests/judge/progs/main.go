// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// Progs makes traces of a real Go program's own runtime: what stresses the
// garbage collector, tasks and regions, start and stop, syscalls, coroutines,
// a CPU profile.
//
//	progs NAME OUT [N]
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "progs:", err)
		os.Exit(1)
	}
}

type node struct {
	left, right *node
	data        [64]byte
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

func gcStress(n int) {
	var wg sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range n {
				tree(10)
			}
		}()
	}
	wg.Wait()
	runtime.GC()
}

func annotations(n int) {
	var wg sync.WaitGroup
	for i := range n {
		ctx, task := trace.NewTask(context.Background(), fmt.Sprintf("task %d \"quoted\" \u00e9\u200b\U0001f600", i%17))
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer task.End()
			trace.WithRegion(ctx, "outer", func() {
				trace.Log(ctx, "key\n", "value \x00\xff "+strconv.Itoa(i))
				trace.WithRegion(ctx, "inner", func() { runtime.Gosched() })
			})
			_, child := trace.NewTask(ctx, "child")
			child.End()
		}()
	}
	wg.Wait()
	trace.WithRegion(context.Background(), "background", func() {})
}

func pingPong(n int) {
	a, b := make(chan int), make(chan int)
	go func() {
		for v := range a {
			b <- v
		}
		close(b)
	}()
	for i := range n {
		a <- i
		<-b
	}
	close(a)
	<-b
}

func syscalls(n int) {
	r, w, err := os.Pipe()
	check(err)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		io.Copy(io.Discard, r)
	}()
	for range n {
		w.Write([]byte("x"))
		os.ReadFile("/proc/self/stat")
	}
	w.Close()
	wg.Wait()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	for range n / 10 {
		c, err := net.Dial("tcp", l.Addr().String())
		check(err)
		c.Write([]byte("hello"))
		c.Read(make([]byte, 5))
		c.Close()
	}
	l.Close()
}

func sleeps(n int) {
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range n {
				time.Sleep(time.Duration(i) * time.Microsecond)
			}
		}()
	}
	wg.Wait()
}

// restart starts and stops tracing many times and keeps the last trace.
func restart(out string, n int) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
					os.ReadFile("/proc/self/stat")
					tree(4)
				}
			}
		}()
	}
	for i := range n {
		var buf bytes.Buffer
		check(trace.Start(&buf))
		time.Sleep(time.Duration(i%7) * time.Millisecond)
		trace.Stop()
		check(os.WriteFile(out+"."+strconv.Itoa(i), buf.Bytes(), 0o644))
	}
	close(stop)
	wg.Wait()
}

func traced(out string, profile bool, run func()) {
	f, err := os.Create(out)
	check(err)
	if profile {
		runtime.SetCPUProfileRate(500)
		check(pprof.StartCPUProfile(io.Discard))
	}
	check(trace.Start(f))
	run()
	trace.Stop()
	if profile {
		pprof.StopCPUProfile()
	}
	check(f.Close())
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: progs gc|annotations|pingpong|syscalls|sleeps|profile|coro|restart OUT [N]")
		os.Exit(2)
	}
	name, out, n := os.Args[1], os.Args[2], 0
	if len(os.Args) > 3 {
		n, _ = strconv.Atoi(os.Args[3])
	}
	size := func(usual int) int {
		if n > 0 {
			return n
		}
		return usual
	}
	switch name {
	case "gc":
		traced(out, false, func() { gcStress(size(50)) })
	case "annotations":
		traced(out, false, func() { annotations(size(300)) })
	case "pingpong":
		traced(out, false, func() { pingPong(size(20000)) })
	case "syscalls":
		traced(out, false, func() { syscalls(size(1000)) })
	case "sleeps":
		traced(out, false, func() { sleeps(size(100)) })
	case "profile":
		traced(out, true, func() { gcStress(size(100)); syscalls(300) })
	case "coro":
		traced(out, false, func() { coroutines(size(2000)) })
	case "restart":
		restart(out, size(20))
	}
}
