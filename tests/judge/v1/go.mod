module gotrace-bpf/v1

go 1.11
