// The reader as it was in Go 1.23, which gotraceui has a copy of.
module gotrace-bpf/tests/judge

go 1.26.0

require golang.org/x/exp v0.0.0-20240808152545-0cdaa3abc0fa
