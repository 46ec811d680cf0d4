// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// Cgo makes a trace of C threads that call back into Go, in one of which Go
// has never been, and of Go that calls C.
//
//	cgo OUT
package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <unistd.h>

extern void goCallback(int);

static void *body(void *arg)
{
	for (int i = 0; i < 20; i++)
		goCallback(i);
	return arg;
}

static void callFromThreads(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], 0, body, 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], 0);
}

static void sleepInC(void)
{
	usleep(300);
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
)

//export goCallback
func goCallback(i C.int) {
	if i%3 == 0 {
		runtime.Gosched()
	}
	_ = make([]byte, 1<<12)
}

func main() {
	f, err := os.Create(os.Args[1])
	if err == nil {
		err = trace.Start(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cgo:", err)
		os.Exit(1)
	}
	for range 10 {
		var wg sync.WaitGroup
		for range 4 {
			wg.Add(2)
			go func() { defer wg.Done(); C.callFromThreads() }()
			go func() { defer wg.Done(); C.sleepInC() }()
		}
		wg.Wait()
	}
	trace.Stop()
	if err := f.Close(); err != nil {
		os.Exit(1)
	}
}
