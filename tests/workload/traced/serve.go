// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"strings"
	"time"
)

// serve lets itself be traced by net/http/pprof while it spins and answers
// requests of its own; it says where.
func serve(where string, until time.Time) {
	network := "tcp"
	if strings.HasPrefix(where, "unix:") {
		network, where = "unix", where[len("unix:"):]
	}
	listener, err := net.Listen(network, where)
	check(err)
	fmt.Println(listener.Addr())
	http.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) {
		burn(100000)
		fmt.Fprintln(w, sink)
	})
	go func() { check(http.Serve(listener, nil)) }()
	go spinner("spinner", until)
	client := http.Client{Transport: &http.Transport{
		Dial: func(string, string) (net.Conn, error) {
			return net.Dial(network, listener.Addr().String())
		},
	}}
	for time.Now().Before(until) {
		response, err := client.Get("http://localhost/work")
		check(err)
		response.Body.Close()
	}
}
