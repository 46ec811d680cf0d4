// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// Read reads a trace with Go's reader, does nothing with its events, and says
// how many there were: the peer of `gotrace-bpf validate` in `make bench`.
//
//	read FILE
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"golang.org/x/exp/trace"
)

func count(r io.Reader) (events int, err error) {
	reader, err := trace.NewReader(r)
	if err != nil {
		return 0, err
	}
	for {
		if _, err := reader.ReadEvent(); err == io.EOF {
			return events, nil
		} else if err != nil {
			return events, err
		}
		events++
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: read FILE")
		os.Exit(2)
	}
	file, err := os.Open(os.Args[1])
	if err == nil {
		var events int
		events, err = count(bufio.NewReaderSize(file, 1<<20))
		fmt.Println(events)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "read:", err)
		os.Exit(1)
	}
}
