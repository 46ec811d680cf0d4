// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// tool is `go tool trace` of one Go version, as a program.
type tool struct {
	name   string
	path   string
	minor  int // of its version, 1.minor
	newest int // header that it reads
}

// newTool builds the tool of a version ("": of the Go that is installed) into
// dir, or takes the one that is there.
func newTool(gocmd, dir, version string) (*tool, error) {
	t := &tool{name: "go tool trace", minor: 99, newest: 99}
	env := os.Environ()
	file := "gotool"
	if version != "" {
		if n, _ := fmt.Sscanf(version, "1.%d", &t.minor); n != 1 {
			return nil, fmt.Errorf("%q is no Go version", version)
		}
		t.name += " " + version
		t.newest = t.minor
		file += "-" + version
		env = append(env, "GOTOOLCHAIN=go"+version)
	}
	var err error
	if t.path, err = filepath.Abs(filepath.Join(dir, file)); err != nil {
		return nil, err
	}
	if _, err := os.Stat(t.path); err == nil {
		return t, nil
	}
	if strings.ContainsRune(gocmd, '/') {
		if gocmd, err = filepath.Abs(gocmd); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(gocmd, "build", "-o", t.path, "cmd/trace")
	cmd.Env = env
	cmd.Dir = os.TempDir() // so that this module's Go version does not count
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building %s: %w\n%s", t.name, err, out)
	}
	return t, nil
}

// check runs everything that the tool does with a trace.
func (t *tool) check(name string, gos []trace.GoID) error {
	var runs []string
	if t.minor >= 24 { // before, it had no such mode
		runs = append(runs, "-d=parsed")
	}
	if len(gos) > 0 { // without any goroutine there is nothing to sum up, which it calls an error
		runs = append(runs, "-pprof=sched", "-pprof=sync", "-pprof=syscall", "-pprof=net")
	}
	for _, arg := range runs {
		cmd := exec.Command(t.path, arg, name)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w: %s", arg, err, firstLines(stderr.String()))
		}
	}
	return t.checkPages(name, gos)
}

var listening = regexp.MustCompile(`listening on (http://\S+)`)

// checkPages starts the web server and gets the pages that need work.
func (t *tool) checkPages(name string, gos []trace.GoID) error {
	cmd := exec.Command(t.path, "-http=127.0.0.1:0", name)
	cmd.Env = append(os.Environ(), "BROWSER=true")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()

	var said strings.Builder
	url := ""
	lines := bufio.NewScanner(stderr)
	for url == "" && lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			url = m[1]
		}
	}
	if url == "" || strings.Contains(said.String(), "Encountered error") {
		return fmt.Errorf("start: %s", firstLines(said.String()))
	}
	go io.Copy(io.Discard, stderr)

	pages := []string{"/", "/jsontrace?view=proc", "/jsontrace?view=thread", "/goroutines", "/usertasks", "/userregions"}
	for _, g := range gos {
		pages = append(pages, fmt.Sprintf("/jsontrace?goid=%d", g))
	}
	for _, page := range pages {
		if err := get(url + page); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
	}
	return nil
}

// get reads a page. A panic in the server ends the connection.
func get(url string) error {
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

func firstLines(s string) string {
	lines := strings.SplitN(strings.TrimSpace(s), "\n", 6)
	return strings.Join(lines[:min(5, len(lines))], " | ")
}
