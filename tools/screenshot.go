// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

// Screenshot: takes a picture of go tool trace's timeline with headless
// Chromium, which it drives through its debugging pipe (NUL-terminated JSON on
// file descriptors 3 and 4), because the page imports the trace long after it
// is loaded and then has to be told what to show.
//
//	go run tools/screenshot.go URL PNG [FROM_MS TO_MS]
//
// FROM_MS and TO_MS: the part of the timeline; else all of it.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"
	"time"
)

const (
	width, height = 1400, 560
	patience      = 60 * time.Second
)

// What a page of go tool trace must say before it can be shown: the model is
// there and its tracks are drawn.
const isReady = `(() => {
	const view = document.querySelector('tr-ui-timeline-view');
	return !!(view && view.model && view.trackView && view.trackView.viewport &&
		!document.querySelector('tr-ui-b-overlay[visible]') &&
		view.model.bounds.max > 0);
})()`

// Zooms to a part, with arrows, without the panel below.
const show = `(() => {
	const view = document.querySelector('tr-ui-timeline-view');
	const viewport = view.trackView.viewport;
	const from = %v, to = %v;
	const bounds = view.model.bounds;
	const bars = view.querySelectorAll('tr-ui-b-info-bar');
	for (let i = 0; i < bars.length; i++)
		bars[i].visible = false; // what the viewer says of its own age
	const transform = new tr.ui.TimelineDisplayTransform();
	const canvas = view.trackView.modelTrack ? view.trackView.modelTrack.canvas : null;
	const pixels = (canvas ? canvas.clientWidth : innerWidth) * (window.devicePixelRatio || 1);
	transform.xSetWorldBounds(to > from ? from : bounds.min, to > from ? to : bounds.max, pixels);
	viewport.setDisplayTransformImmediately(transform);
	const flows = new Set();
	view.model.flowEvents.forEach(flow => flows.add(flow.category).add(flow.title));
	flows.forEach(flow => viewport.selectedFlowEvents.add(flow));
	viewport.dispatchChangeEvent();
	const palette = view.querySelectorAll('tr-ui-b-mouse-mode-selector');
	for (let i = 0; i < palette.length; i++)
		palette[i].style.display = 'none';
	// Below the last CPU there is nothing.
	const handles = view.querySelectorAll('tr-ui-b-drag-handle');
	let bottom = 0;
	for (let i = 0; i < handles.length; i++)
		bottom = Math.max(bottom, handles[i].getBoundingClientRect().top);
	return bottom;
})()`

type browser struct {
	command *exec.Cmd
	to      *os.File
	from    *bufio.Reader
	id      int
	session string
	bottom  float64 // of the timeline, in the picture
}

func start(profile string) (*browser, error) {
	theirIn, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu",
		"--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--user-data-dir="+profile, "--remote-debugging-pipe", "about:blank")
	command.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := command.Start(); err != nil {
		return nil, err
	}
	theirIn.Close()
	theirOut.Close()
	return &browser{command: command, to: to, from: bufio.NewReaderSize(from, 1<<20), bottom: height}, nil
}

// call sends one request and returns its answer; events in between are dropped.
func (b *browser) call(method string, params map[string]any) (map[string]any, error) {
	b.id++
	request := map[string]any{"id": b.id, "method": method, "params": params}
	if b.session != "" {
		request["sessionId"] = b.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		return nil, err
	}
	for {
		text, err := b.from.ReadBytes(0)
		if err != nil {
			return nil, fmt.Errorf("%s: chromium is gone: %w", method, err)
		}
		var answer struct {
			ID     int
			Result map[string]any
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			return nil, err
		}
		if answer.ID != b.id {
			continue
		}
		if answer.Error != nil {
			return nil, fmt.Errorf("%s: %s", method, answer.Error.Message)
		}
		return answer.Result, nil
	}
}

func (b *browser) evaluate(script string) (any, error) {
	answer, err := b.call("Runtime.evaluate",
		map[string]any{"expression": script, "returnByValue": true})
	if err != nil {
		return nil, err
	}
	if exception, failed := answer["exceptionDetails"]; failed {
		return nil, fmt.Errorf("the page says: %v", exception)
	}
	return answer["result"].(map[string]any)["value"], nil
}

func (b *browser) open(url string) error {
	target, err := b.call("Target.createTarget", map[string]any{"url": url})
	if err != nil {
		return err
	}
	session, err := b.call("Target.attachToTarget",
		map[string]any{"targetId": target["targetId"], "flatten": true})
	if err != nil {
		return err
	}
	b.session = session["sessionId"].(string)
	_, err = b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width,
		"height": height, "deviceScaleFactor": 1, "mobile": false})
	return err
}

func (b *browser) waitUntilReady() error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if ready, err := b.evaluate(isReady); err == nil && ready == true {
			return nil
		}
	}
	return fmt.Errorf("the viewer showed nothing within %v", patience)
}

func (b *browser) save(path string) error {
	answer, err := b.call("Page.captureScreenshot", map[string]any{"format": "png",
		"clip": map[string]any{"x": 0, "y": 0, "width": width, "height": b.bottom, "scale": 1}})
	if err != nil {
		return err
	}
	png, err := base64.StdEncoding.DecodeString(answer["data"].(string))
	if err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o644)
}

func run(url, path string, from, to float64) error {
	profile, err := os.MkdirTemp("", "screenshot")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	b, err := start(profile)
	if err != nil {
		return err
	}
	defer func() {
		b.command.Process.Kill()
		b.command.Wait()
	}()
	if err := b.open(url); err != nil {
		return err
	}
	if err := b.waitUntilReady(); err != nil {
		return err
	}
	time.Sleep(time.Second) // the viewer sets its first view some frames later
	bottom, err := b.evaluate(fmt.Sprintf(show, from, to))
	if err != nil {
		return err
	}
	if y, ok := bottom.(float64); ok && y > 0 {
		b.bottom = y
	}
	time.Sleep(2 * time.Second) // drawn in idle time
	return b.save(path)
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 && len(os.Args) != 5 {
		log.Fatal("usage: screenshot URL PNG [FROM_MS TO_MS]")
	}
	var part [2]float64
	for i, text := range os.Args[3:] {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			log.Fatal("screenshot: ", err)
		}
		part[i] = value
	}
	if err := run(os.Args[1], os.Args[2], part[0], part[1]); err != nil {
		log.Fatal("screenshot: ", err)
	}
}
