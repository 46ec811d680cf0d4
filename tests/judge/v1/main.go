// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// V1 makes traces to read: built by a Go before 1.22, its own runtime traces
// it. It does a little of everything that such a trace has an event for, and
// is written for Go 1.11.
//
//	v1 KIND OUT
//
// KIND: small (one of each, a few kilobytes), busy (many goroutines that wake
// each other, garbage, blocking syscalls), profile (busy, with CPU samples in
// the trace, from Go 1.19 on).
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"syscall"
	"time"
)

var keep [][]byte

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "v1:", err)
		os.Exit(1)
	}
}

// annotate leaves tasks, regions and a log.
func annotate() {
	ctx, task := trace.NewTask(context.Background(), "parent")
	trace.WithRegion(ctx, "region", func() {
		trace.Log(ctx, "key", "a message")
		_, child := trace.NewTask(ctx, "child")
		child.End()
	})
	task.End()
}

// read blocks a thread in a syscall: the runtime does not know this pipe.
func read() {
	var fds [2]int
	check(syscall.Pipe(fds[:]))
	go func() {
		time.Sleep(3 * time.Millisecond)
		_, err := syscall.Write(fds[1], []byte("x"))
		check(err)
	}()
	_, err := syscall.Read(fds[0], make([]byte, 1))
	check(err)
	check(syscall.Close(fds[0]))
	check(syscall.Close(fds[1]))
}

// talk goes over the network.
func talk() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		conn, err := listener.Accept()
		check(err)
		time.Sleep(time.Millisecond)
		io.WriteString(conn, "x")
		conn.Close()
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	io.ReadFull(conn, make([]byte, 1))
	conn.Close()
	listener.Close()
}

// wait blocks in each way there is to.
func wait() {
	c, done := make(chan int), make(chan int, 2)
	var mutex sync.Mutex
	cond := sync.NewCond(&mutex)
	mutex.Lock()
	go func() {
		c <- 1
		select {
		case c <- 2:
		case <-done:
		}
		mutex.Lock()
		cond.Broadcast()
		mutex.Unlock()
	}()
	time.Sleep(time.Millisecond)
	<-c
	<-c
	cond.Wait()
	mutex.Unlock()
	runtime.Gosched()
}

func busy(rounds int) {
	var group sync.WaitGroup
	c := make(chan int)
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			for j := 0; j < rounds; j++ {
				if n%2 == 0 {
					c <- j
				} else {
					<-c
				}
				if j%16 == n {
					keep = append(keep[:0], make([]byte, 64<<10))
					syscall.Getpid()
				}
			}
		}(i)
	}
	group.Wait()
	for end := time.Now().Add(30 * time.Millisecond); time.Now().Before(end); {
	}
	runtime.GC()
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: v1 small|busy|profile OUT")
		os.Exit(2)
	}
	file, err := os.Create(os.Args[2])
	check(err)
	if os.Args[1] == "profile" {
		null, err := os.Create(os.DevNull)
		check(err)
		check(pprof.StartCPUProfile(null))
	}
	go read() // is in its syscall when the trace begins
	go wait()
	time.Sleep(time.Millisecond)
	check(trace.Start(file))
	annotate()
	if os.Args[1] == "small" {
		wait()
		read()
	} else {
		busy(25)
		talk()
	}
	trace.Stop()
	pprof.StopCPUProfile()
	check(file.Close())
}
