// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// Traced traces itself while it does what it is told, and says what it knows of
// it: for each locked goroutine its thread and that thread's CPU time.
//
//	traced CASE[,CASE] OUT DURATION
//	traced serve HOST:PORT|unix:PATH DURATION    net/http/pprof, instead of OUT
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "traced:", err)
		os.Exit(1)
	}
}

// schedstat has the CPU time of the calling thread and its waits for a CPU, ns.
func schedstat() (cpu, wait uint64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/schedstat", syscall.Gettid()))
	check(err)
	fmt.Sscan(string(text), &cpu, &wait)
	return cpu, wait
}

var sink uint64

//go:noinline
func burn(n int) {
	x := sink
	for i := 0; i < n; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	sink = x
}

// spinner spins on a thread of its own and says what the kernel counted.
func spinner(name string, until time.Time) {
	runtime.LockOSThread()
	cpu, wait := schedstat()
	for time.Now().Before(until) {
		burn(100000)
	}
	cpu2, wait2 := schedstat()
	fmt.Printf("%s tid %d cpu %d wait %d\n", name, syscall.Gettid(), cpu2-cpu, wait2-wait)
}

func spin(until time.Time) {
	var all sync.WaitGroup
	for i := 0; i < 2; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			spinner("spinner", until)
		}()
	}
	all.Wait()
}

// faulter reads a file whose pages it throws away first, so that each page is read from the disk.
func faulter(until time.Time) {
	runtime.LockOSThread()
	const size = 64 << 20
	file, err := os.CreateTemp(".", "traced")
	check(err)
	defer os.Remove(file.Name())
	check(file.Truncate(0))
	block := make([]byte, 1<<20)
	for i := 0; i < size; i += len(block) {
		_, err = file.Write(block)
		check(err)
	}
	check(file.Sync())
	data, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	check(err)
	check(syscall.Madvise(data, 1 /* MADV_RANDOM */))
	var sum byte
	for time.Now().Before(until) {
		syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, size, 4, 0, 0) // DONTNEED
		check(syscall.Madvise(data, syscall.MADV_DONTNEED))
		for i := 0; i < size && time.Now().Before(until); i += 4096 * 16 {
			sum += data[i]
		}
	}
	sink += uint64(sum)
}

func forks(until time.Time) {
	for time.Now().Before(until) {
		check(exec.Command("/bin/true").Run())
	}
}

func files(until time.Time) {
	file, err := os.CreateTemp(".", "traced")
	check(err)
	defer os.Remove(file.Name())
	for time.Now().Before(until) {
		_, err = file.Write([]byte("something"))
		check(err)
		check(file.Sync())
	}
}

// procs changes GOMAXPROCS again and again, which stops the world.
func procs(until time.Time) {
	n := runtime.GOMAXPROCS(0)
	for i := 0; time.Now().Before(until); i++ {
		runtime.GOMAXPROCS(1 + i%7)
		burn(300000)
	}
	runtime.GOMAXPROCS(n)
}

func garbage(until time.Time) {
	var keep [64][]byte
	for i := 0; time.Now().Before(until); i++ {
		keep[i%64] = make([]byte, 1<<20)
		if i%50 == 0 {
			runtime.GC()
		}
	}
}

// annotate has tasks in tasks, regions in regions, and some that stay open.
func annotate(until time.Time) {
	ctx, outer := trace.NewTask(context.Background(), "outer")
	defer outer.End()
	for time.Now().Before(until) {
		inner, task := trace.NewTask(ctx, "inner")
		trace.WithRegion(inner, "first", func() {
			burn(200000)
			trace.WithRegion(inner, "second", func() { burn(200000) })
			trace.Log(inner, "said", "something")
		})
		go func() {
			trace.StartRegion(inner, "open")
			burn(10000)
		}()
		task.End()
	}
}

func many(until time.Time) {
	for time.Now().Before(until) {
		var all sync.WaitGroup
		for i := 0; i < 20000; i++ {
			all.Add(1)
			go func() { defer all.Done(); burn(10) }()
		}
		all.Wait()
	}
}

func messages(until time.Time) {
	there, back := make(chan int), make(chan int)
	go func() {
		for i := range there {
			back <- i
		}
		close(back)
	}()
	for i := 0; time.Now().Before(until); i++ {
		there <- i
		<-back
	}
	close(there)
}

var cases = map[string]func(time.Time){
	"spin": spin, "faults": faulter, "forks": forks, "files": files, "procs": procs,
	"garbage": garbage, "annotate": annotate, "many": many, "messages": messages,
}

func main() {
	if len(os.Args) != 4 {
		check(fmt.Errorf("usage: traced CASE[,CASE] OUT DURATION"))
	}
	duration, err := time.ParseDuration(os.Args[3])
	check(err)
	if os.Args[1] == "serve" {
		serve(os.Args[2], time.Now().Add(duration))
		return
	}
	out, err := os.Create(os.Args[2])
	check(err)
	// Whoever captures says so by a line; without one there is nobody.
	var line string
	fmt.Scanln(&line)
	check(trace.Start(out))
	until := time.Now().Add(duration)
	var all sync.WaitGroup
	for _, name := range strings.Split(os.Args[1], ",") {
		run := cases[name]
		if run == nil {
			check(fmt.Errorf("no case %q", name))
		}
		all.Add(1)
		go func() {
			defer all.Done()
			run(until)
		}()
	}
	all.Wait()
	trace.Stop()
	check(out.Close())
}
