// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

//go:build ignore

// Printable writes user/trace/text/printable_table.h: the runes that Go's %q leaves
// as they are (strconv.IsPrint), which follow the Unicode version of this Go.
//
//	go run tools/printable.go >user/trace/text/printable_table.h
package main

import (
	"fmt"
	"strconv"
	"unicode"
)

func main() {
	fmt.Printf("/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */\n")
	fmt.Printf("/* Printable runes of Unicode %s, first and last of each range; made by\n", unicode.Version)
	fmt.Printf(" * tools/printable.go. */\n/* clang-format off */\n")
	column := 0
	for lo := rune(0); lo <= unicode.MaxRune; lo++ {
		if !strconv.IsPrint(lo) {
			continue
		}
		hi := lo
		for hi < unicode.MaxRune && strconv.IsPrint(hi+1) {
			hi++
		}
		fmt.Printf("{ 0x%x, 0x%x },", lo, hi)
		if column++; column%4 == 0 {
			fmt.Println()
		} else {
			fmt.Print(" ")
		}
		lo = hi
	}
	fmt.Printf("\n/* clang-format on */\n")
}
