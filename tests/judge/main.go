// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// Judge says whether Go accepts trace files: its reader, and with -viewer what
// `go tool trace` does at its start, its profiles and its pages.
//
//	judge [-viewer] [-versions 1.22.12,1.23.12] [-newest MINOR] [-fused] FILE...
//	ls *.trace | judge -
//
// One line per file, in the order given: "ok EVENTS FILE" or "FAIL FILE:
// reason". Exit status 0 if all are ok, 1 if one is not, 2 for a wrong use.
// The files are judged side by side, one per CPU. The viewer of an older Go
// sees only the files it can read; with -newest, for a judge that was built
// with an old reader (see old.mod), the others are left out.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

type verdict struct {
	events int
	left   bool // out
	err    error
}

// judge holds what is the same for all files.
type judge struct {
	tools  []*tool // the viewers to try; none: the reader alone
	newest int     // headers above 1.newest are left out
	fused  bool    // the traces are a program's own and a capture of it
}

func (j *judge) file(name string) verdict {
	data, err := os.ReadFile(name)
	if err != nil {
		return verdict{err: err}
	}
	version, err := checkWire(data, j.fused)
	if err != nil {
		return verdict{err: fmt.Errorf("wire: %w", err)}
	}
	if version > j.newest {
		return verdict{left: true}
	}
	events, gos, err := checkReader(data)
	if err != nil {
		return verdict{err: fmt.Errorf("reader: %w", err)}
	}
	for _, t := range j.tools {
		if version > t.newest {
			continue
		}
		if err := t.check(name, gos); err != nil {
			return verdict{err: fmt.Errorf("%s: %w", t.name, err)}
		}
	}
	return verdict{events: events}
}

// all judges the files side by side and prints their lines in order. It
// returns how many were refused.
func (j *judge) all(names []string) int {
	verdicts := make([]chan verdict, len(names))
	slots := make(chan struct{}, runtime.NumCPU())
	for i := range verdicts {
		verdicts[i] = make(chan verdict, 1)
	}
	go func() {
		for i, name := range names {
			slots <- struct{}{}
			go func() {
				verdicts[i] <- j.file(name)
				<-slots
			}()
		}
	}()
	refused := 0
	for i, name := range names {
		v := <-verdicts[i]
		if v.err != nil {
			refused++
			fmt.Printf("FAIL %s: %v\n", name, v.err)
		} else if !v.left {
			fmt.Printf("ok %d %s\n", v.events, name)
		}
	}
	return refused
}

func listFrom(f *os.File) []string {
	var names []string
	for s := bufio.NewScanner(f); s.Scan(); {
		names = append(names, s.Text())
	}
	return names
}

func main() {
	viewer := flag.Bool("viewer", false, "also run go tool trace of this Go")
	versions := flag.String("versions", "", "also run go tool trace of these Go versions, as in 1.22.12,1.25.12")
	newest := flag.Int("newest", 99, "leave out headers above 1.`MINOR`")
	fused := flag.Bool("fused", false, "the traces are of gotrace-bpf fuse")
	gocmd := flag.String("go", "go", "the go command")
	cache := flag.String("tools", filepath.Dir(os.Args[0]), "where the built viewers are kept")
	flag.Parse()
	names := flag.Args()
	if len(names) == 1 && names[0] == "-" {
		names = listFrom(os.Stdin)
	}
	if len(names) == 0 {
		flag.Usage()
		os.Exit(2)
	}

	j := judge{newest: *newest, fused: *fused}
	var want []string
	if *viewer {
		want = append(want, "")
	}
	if *versions != "" {
		want = append(want, strings.Split(*versions, ",")...)
	}
	for _, version := range want {
		t, err := newTool(*gocmd, *cache, version)
		if err != nil {
			fmt.Fprintln(os.Stderr, "judge:", err)
			os.Exit(2)
		}
		j.tools = append(j.tools, t)
	}
	if j.all(names) > 0 {
		os.Exit(1)
	}
}
