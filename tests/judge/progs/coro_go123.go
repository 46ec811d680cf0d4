// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

//go:build go1.23

package main

import "iter"

// coroutines switches to and fro, which Go 1.23 and later trace as one event.
func coroutines(n int) {
	seq := func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
	for range 3 {
		next, stop := iter.Pull(seq)
		for range n / 2 {
			next()
		}
		stop()
		next, stop = iter.Pull(seq)
		for _, ok := next(); ok; _, ok = next() {
		}
		stop()
	}
}
