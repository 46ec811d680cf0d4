# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# What becomes what:
#
#   vmlinux/ARCH + bpf/*.bpf.c --clang--> gotrace.bpf.o --bpftool--> gotrace.skel.h
#   user/**/*.c (but capture, cli, output) --cc--> libgotrace-pure.a   no I/O, no kernel
#   pure + capture (libbpf) + cli + output --cc--> gotrace-bpf
#   user/export/perfetto/perfetto.proto, user/profile/pprof.proto --protoc-c--> build/**/*.pb-c.[ch]
#   user/cli + man/*.in         --docs--> build/man/gotrace-bpf.1, build/completions/*
#   tests/unit/test_*.c + pure    --cc--> build/tests/test_*
#   tests/workload/*.c            --cc--> build/workload/*
#   tests/fuzz/fuzz_*.c + pure    --clang, libFuzzer--> build/fuzz/fuzz_*
#   tests/witness/*.c + pure      --cc--> build/witness/witness, build/witness/work
#   tests/bench/*.c + pure, *.bpf.c --cc, clang--> build/bench/*   helpers of tests/bench/bench.py
#   tests/judge/*.go              --go--> build/judge (and Go's cmd/trace: build/gotool)
#
# Everything made stands under build/ (build/san with SAN=1, build/static with
# STATIC=1, build/nobpf with NO_BPF=1, build/ARCH for another architecture than
# this machine's), but the program itself: ./gotrace-bpf.
#
# NO_BPF=1 makes a program that captures nothing: convert, report and whatever
# reads traces, for any machine that gcc knows, of libc, zlib, zstd and protobuf-c alone.

.DELETE_ON_ERROR:
.SUFFIXES:

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=

V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2))

OBJCOPY ?= objcopy
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format
CLANG_TIDY ?= clang-tidy

SAN ?= 0
STATIC ?= 0
NO_BPF ?= 0
# The architecture as the kernel calls it: x86, arm64; with NO_BPF=1 any other
# too (s390x, riscv64, ...). For one that is not this machine's there are the
# compiler CROSSgcc and libraries under SYSROOT.
HOST_ARCH := $(shell uname -m | sed -e s/x86_64/x86/ -e s/aarch64/arm64/)
ARCH ?= $(HOST_ARCH)
FOREIGN := $(filter-out $(HOST_ARCH),$(ARCH))
triplet_x86 := x86_64-linux-gnu
triplet_arm64 := aarch64-linux-gnu
TRIPLET := $(or $(triplet_$(ARCH)),$(ARCH)-linux-gnu)
CROSS ?= $(if $(FOREIGN),$(TRIPLET)-)
ifneq ($(CROSS),)
CC := $(CROSS)gcc
AR := $(CROSS)ar
LD := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy
endif
BUILD := build$(if $(FOREIGN),/$(ARCH))$(if $(filter 1,$(SAN)),/san)$(if $(filter 1,$(STATIC)),/static)$(if $(filter 1,$(NO_BPF)),/nobpf)

comma := ,
WARN := -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes $(if $(CI)$(WARN_AS_ERROR),-Werror)
CFLAGS ?= -O2 -g
CFLAGS += $(if $(filter 1,$(SAN)),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -O1)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DGOTRACE_VERSION='"$(VERSION)"' $(WARN) \
	-Iinclude -Iuser -Ibpf -I$(BUILD) $(CFLAGS) \
	$(if $(FOREIGN),-isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(TRIPLET))
ALL_LDFLAGS = $(LDFLAGS) $(if $(filter 1,$(STATIC)),-static) $(if $(FOREIGN),\
	$(addprefix -L$(SYSROOT)/,usr/lib/$(TRIPLET) lib/$(TRIPLET)))
SYSROOT ?= .deps/$(ARCH)
LIBS = $(if $(filter 1,$(NO_BPF)),-lz,-lbpf -lelf -lz -lpthread)
ifeq ($(STATIC)-$(filter 1,$(NO_BPF)),1-)
# What these archives need in turn differs: libelf wants zstd or not.
LIBS = $(or $(shell $(if $(FOREIGN),PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TRIPLET)/pkgconfig) \
	$(PKG_CONFIG) --static --libs-only-l libbpf libelf),-lbpf -lelf -lz) $(LIBELF_GAP) -lpthread
LIBELF_GAP := $(BUILD)/libelf_gap.a
endif
# What everything pure needs of other libraries.
PURE_LIBS := -lprotobuf-c -lzstd -lm
LIBS += $(PURE_LIBS)

# Without eBPF one file stands in for all of user/capture; what is made of the
# commands' words and options (docs, a test) needs no more than that.
CLI_SRC := $(sort $(wildcard user/cli/*.c user/output/*.c))
CAPTURE_ABSENT := user/capture/absent.c
CAPTURE_SRC := $(filter-out $(CAPTURE_ABSENT),$(sort $(wildcard user/capture/*.c)))
TOOL_SRC := user/main.c $(CLI_SRC) $(if $(filter 1,$(NO_BPF)),$(CAPTURE_ABSENT),$(CAPTURE_SRC))
PURE_SRC := $(filter-out user/cli/% user/capture/% user/output/%,$\
	$(sort $(wildcard user/*/*.c user/*/*/*.c)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
TESTLIB_SRC := $(sort $(wildcard tests/lib/*.c tests/simulator/*.c))
WORKLOAD_SRC := $(sort $(wildcard tests/workload/*.c))
FORMAT_SRC = $(filter-out user/syscalls/table_%,$(wildcard bpf/*.[ch] include/*.h include/*/*.h \
	user/*.[ch] user/*/*.[ch] user/*/*/*.[ch] tools/*.c tests/*/*.[ch]))

# Off: what only repeats the house rules otherwise (snprintf for snprintf_s, ...).
TIDY := -*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,$\
	-bugprone-reserved-identifier,-bugprone-narrowing-conversions,-bugprone-sizeof-expression,$\
	-bugprone-implicit-widening-of-multiplication-result,-clang-analyzer-valist.*,$\
	-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling

PROTO := export/perfetto/perfetto profile/pprof
PURE_OBJ := $(PURE_SRC:%.c=$(BUILD)/%.o) $(PROTO:%=$(BUILD)/%.pb-c.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(BUILD)/%.o)
COMMANDS_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o) $(CAPTURE_ABSENT:%.c=$(BUILD)/%.o)
TESTLIB_OBJ := $(TESTLIB_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
WORKLOAD_BIN := $(WORKLOAD_SRC:tests/workload/%.c=$(BUILD)/workload/%)
PURE := $(BUILD)/libgotrace-pure.a
TESTLIB := $(BUILD)/libtest.a
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)
REPLAY_BIN := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/tests/replay_%)
# All but what opens files.
FUZZ_OBJ := $(patsubst %.c,build/fuzz/%.o,$(PURE_SRC) \
	$(filter-out tests/lib/folder.c,$(TESTLIB_SRC))) $(PROTO:%=build/fuzz/%.pb-c.o)
TOOL := $(if $(filter build,$(BUILD)),.,$(BUILD))/gotrace-bpf
DOCS := $(BUILD)/man/gotrace-bpf.1 $(addprefix $(BUILD)/completions/,gotrace-bpf.bash \
	_gotrace-bpf gotrace-bpf.fish)

BPF_OBJ := $(BUILD)/bpf/$(ARCH)/gotrace.bpf.o
SKELETON := $(BUILD)/gotrace.skel.h

.PHONY: all
all: $(TOOL) $(if $(FOREIGN),,$(DOCS)) ## the program, its man page and completions (the default)

# The kernel side needs no type information of the machine it is built on:
# vmlinux/ARCH/vmlinux.h is pinned, and CO-RE adapts the object when it loads.
$(BPF_OBJ): bpf/gotrace.bpf.c
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) $(WARN) -Wno-unused-parameter \
		-Wno-missing-prototypes -Ivmlinux/$(ARCH) -Ibpf -Iinclude -MMD -MP -c $< -o $@

$(SKELETON): $(BPF_OBJ)
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name gotrace_bpf > $@

$(BUILD)/user/capture/kernel.o: $(SKELETON)

# What protobuf-c makes of a schema; it is not ours to warn about.
$(BUILD)/%.pb-c.c $(BUILD)/%.pb-c.h: user/%.proto
	$(call say,PROTO,$<)
	@mkdir -p $(@D)
	$(Q)protoc-c --proto_path=user --c_out=$(BUILD) $<

$(BUILD)/%.pb-c.o: $(BUILD)/%.pb-c.c Makefile
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -w -c $< -o $@

build/fuzz/%.pb-c.o: $(BUILD)/%.pb-c.c Makefile
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(ALL_CFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -w -c $< -o $@

.SECONDARY: $(foreach p,$(PROTO),$(BUILD)/$(p).pb-c.c $(BUILD)/$(p).pb-c.h)
$(BUILD)/user/profile/pprof.o build/fuzz/user/profile/pprof.o: $(BUILD)/profile/pprof.pb-c.h
$(BUILD)/user/export/perfetto/packets.o build/fuzz/user/export/perfetto/packets.o $\
	$(foreach b,$(BUILD) build/fuzz,$(b)/tests/lib/prototext.o $(b)/tests/lib/perfettotext.o): $(BUILD)/export/perfetto/perfetto.pb-c.h

$(BUILD)/%.o: %.c Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(PURE): $(PURE_OBJ)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(TESTLIB_OBJ): ALL_CFLAGS += -Itests

$(TESTLIB): $(TESTLIB_OBJ)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(TOOL): $(TOOL_OBJ) $(PURE) | $(LIBELF_GAP)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

# An archive, so that nothing of it is taken where libelf lacks nothing.
$(BUILD)/libelf_gap.a: $(BUILD)/tools/libelf_gap.o
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# ---- man page and completions, from the commands' words and options ----

$(BUILD)/docs: tools/docs.c $(COMMANDS_OBJ) $(PURE) Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< -o $@ $(COMMANDS_OBJ) $(PURE) $(PURE_LIBS) -lz

$(BUILD)/man/%: man/%.in $(BUILD)/docs
	$(call say,DOCS,$@)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/docs man <$< >$@

$(BUILD)/completions/gotrace-bpf.bash: $(BUILD)/docs
	$(call say,DOCS,$@)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/docs bash >$@

$(BUILD)/completions/_gotrace-bpf: $(BUILD)/docs
	$(call say,DOCS,$@)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/docs zsh >$@

$(BUILD)/completions/gotrace-bpf.fish: $(BUILD)/docs
	$(call say,DOCS,$@)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/docs fish >$@

# ---- tests ----

$(BUILD)/tests/%: tests/unit/%.c $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -Itests/lib -MMD -MP -MF $@.d $< -o $@ $(filter %.o,$^) $(TESTLIB) $(PURE) $(PURE_LIBS) -lcmocka -lz

$(BUILD)/tests/test_options: $(COMMANDS_OBJ)

# The parts of the program that do I/O and need no kernel side.
$(BUILD)/tests/test_rights: $(BUILD)/user/capture/rights.o
$(addprefix $(BUILD)/tests/,test_output test_output_files test_output_root): \
	$(BUILD)/user/output/output.o $(BUILD)/user/output/place.o

$(BUILD)/workload/%: tests/workload/%.c Makefile
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MF $@.d $< -o $@ -lpthread

# The same program twice: with Go's reader of today and with that of Go 1.23.
JUDGE_SRC := $(wildcard tests/judge/*.go tests/judge/*.mod tests/judge/*.sum)
$(BUILD)/judge: $(JUDGE_SRC)
	$(call say,GO,$@)
	$(Q)tools/go -C tests/judge build -o $(CURDIR)/$@ .

$(BUILD)/judge-old: $(JUDGE_SRC)
	$(call say,GO,$@)
	$(Q)tools/go -C tests/judge build -modfile=old.mod -o $(CURDIR)/$@ .

# Are a raw capture's words what a kernel side may write?
$(BUILD)/strict/check: tests/strict/check.c $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/lib -MMD -MP -MF $@.d $< -o $@ $(TESTLIB) $(PURE) $(PURE_LIBS) -lz

# What Go's own reader makes of a trace, and Go programs to trace.
$(BUILD)/golden: tests/judge/golden/main.go tests/judge/golden/build
	$(call say,GO,$@)
	$(Q)tests/judge/golden/build $@

PROGS_SRC := $(wildcard tests/judge/progs/*.go tests/judge/progs/*/*.go)
$(BUILD)/golden-progs: $(PROGS_SRC)
	$(call say,GO,$@)
	$(Q)tools/go -C tests/judge/progs build -trimpath -o $(CURDIR)/$@ .

$(BUILD)/golden-cgo: $(PROGS_SRC)
	$(call say,GO,$@)
	$(Q)tools/go -C tests/judge/progs build -trimpath -o $(CURDIR)/$@ ./cgo

# A Go program for live tests, that traces itself.
$(BUILD)/traced: $(wildcard tests/workload/traced/*)
	$(call say,GO,$@)
	$(Q)tools/go -C tests/workload/traced build -trimpath -o $(CURDIR)/$@ .

$(BUILD)/judge-input/%: tests/judge/input/%.c $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/lib -MMD -MP -MF $@.d $< -o $@ $(TESTLIB) $(PURE) -lcmocka $(PURE_LIBS) -lz

$(BUILD)/bench/%: tests/bench/%.c $(PURE)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/witness -MMD -MP -MF $@.d $(filter-out $(PURE),$^) -o $@ \
		$(PURE) $(LIBS)

# It reads records as the witness does.
$(BUILD)/bench/calls: $(BUILD)/tests/witness/records.o $(BUILD)/tests/witness/file.o $(TESTLIB)

$(BUILD)/bench/%.bpf.o: tests/bench/%.bpf.c
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) $(WARN) -Wno-unused-parameter \
		-Wno-missing-prototypes -Ivmlinux/$(ARCH) -c $< -o $@

$(BUILD)/bench/goread: $(wildcard tests/judge/read/*.go tests/judge/go.*)
	$(call say,GO,$@)
	$(Q)tools/go -C tests/judge build -o $(CURDIR)/$@ ./read

$(BUILD)/bench/gotrace:
	$(call say,GO,$@)
	$(Q)tools/go build -o $@ cmd/trace

BENCH_BIN := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(filter-out %.bpf.c,$\
	$(sort $(wildcard tests/bench/*.c)))) $(BUILD)/bench/empty.bpf.o
.PHONY: bench bench-bin
bench: ## measure costs and speeds against peers (root; 15 minutes; BENCH="--quick --only overhead")
	$(Q)tools/deps build test bench
	+$(Q)$(MAKE) -s --no-print-directory gotrace-bpf bench-bin
	+$(Q)! tools/go version >/dev/null 2>&1 || \
		$(MAKE) -s --no-print-directory $(BUILD)/bench/goread $(BUILD)/bench/gotrace $(BUILD)/traced
	$(Q)tests/bench/bench.py $(BENCH)

bench-bin: $(BENCH_BIN)

JUDGE_INPUT := $(addprefix $(BUILD)/judge-input/,sched_fuzz v1_skew)

.PHONY: judge judge-sched judge-reader judge-v1 judge-old judge-scenarios judge-fuse
judge: $(BUILD)/judge $(BUILD)/judge-old $(JUDGE_INPUT) \
	$(BUILD)/golden $(BUILD)/golden-progs $(BUILD)/golden-cgo $(BUILD)/traced ## build the Go judge of traces

judge-sched: judge ## let Go judge traces made by random calls of the scheduler view
	$(Q)tests/run judge-sched

judge-reader: judge all ## compare the reading side with Go's own, to the byte
	$(Q)tests/run judge-reader

judge-v1: judge all ## the same for traces before Go 1.22, some made by Go 1.11 to 1.21 (fetches them)
	$(Q)JUDGE_V1=$(or $(JUDGE_V1),1.11.13$(comma)1.16.15$(comma)1.19.13$(comma)1.21.13) tests/run judge-v1

judge-old: judge all ## let Go 1.19 and 1.21 (fetches them) open captures in their format; JUDGE_GO=: this Go, too
	$(Q)JUDGE_OLD=$(or $(JUDGE_OLD),1.19.13$(comma)1.21.13) tests/run judge-old

judge-fuse: judge all unit-programs ## let Go 1.23 to 1.27 (fetches them) open fused traces
	$(Q)JUDGE_VERSIONS=$(or $(JUDGE_VERSIONS),1.23.12$(comma)1.24.12$(comma)1.25.12$(comma)1.27.0) tests/run judge-fuse

judge-scenarios: judge unit-programs ## let Go judge the traces of all scenarios
	$(Q)tests/run judge-model

# The same inputs without libFuzzer, for the test suites: seeds, and mutations of them.
$(BUILD)/tests/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -Itests/lib $^ -o $@ $(PURE_LIBS) -lz

$(BUILD)/fuzz-seeds: tests/fuzz/seeds.c $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -Itests/lib $^ -o $@ $(PURE_LIBS) -lz

# Everything pure once more, instrumented. Seeds are tests/fuzz/corpus/NAME; what
# is found goes to build/fuzz/corpus/NAME, an input that fails to build/fuzz.
FUZZ_SECONDS ?= 60
FUZZ_CFLAGS := -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
build/fuzz/%.o: %.c Makefile
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(ALL_CFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -Itests -MMD -MP -c $< -o $@

$(FUZZ_BIN): build/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(ALL_CFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer -Itests -Itests/lib -MMD -MP -MF $@.d \
		$(filter %.c %.o,$^) -o $@ $(PURE_LIBS) -lz

.PHONY: fuzz fuzz-programs
fuzz-programs: $(FUZZ_BIN)

fuzz: fuzz-programs ## fuzz everything that reads untrusted input, each for FUZZ_SECONDS
	$(Q)set -e; for f in $(FUZZ_BIN); do n=$${f##*/fuzz_}; mkdir -p build/fuzz/corpus/$$n; \
		$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$n- build/fuzz/corpus/$$n tests/fuzz/corpus/$$n; done

.PHONY: unit unit-programs workload tests-build
unit: $(UNIT_BIN) ## build and run the unit tests (SAN=1: with sanitizers)
	$(Q)set -e; for t in $^; do echo "== $$t"; $$t; done

unit-programs: $(UNIT_BIN) $(REPLAY_BIN)

workload: $(WORKLOAD_BIN) ## the programs that live tests and the demo trace

# Where no Go can be had, what needs it is skipped (and said so).
tests-build: all workload unit-programs witness-programs $(BUILD)/vm/records $(BUILD)/strict/check $(JUDGE_INPUT)
	+$(Q)! tools/go version >/dev/null 2>&1 || $(MAKE) -s --no-print-directory judge
	+$(Q)$(MAKE) -s --no-print-directory SAN=1 unit-programs

# What Perfetto's own schema says of the bytes of test_perfetto. The package comes
# from PyPI, and only its schema is used.
.PHONY: perfetto-fields
$(BUILD)/perfetto-schema: tests/export/requirements.txt
	$(call say,FETCH,$@)
	$(Q)python3 -m venv $@
	$(Q)$@/bin/pip -q install -r $<
	@touch $@

perfetto-fields: $(BUILD)/perfetto-schema $(BUILD)/tests/test_perfetto ## read a Perfetto trace with Perfetto's own schema (from PyPI)
	$(Q)$(BUILD)/tests/test_perfetto --trace $(BUILD)/fields.pftrace
	$(Q)$(BUILD)/perfetto-schema/bin/python tests/export/decode.py $(BUILD)/fields.pftrace > $(BUILD)/fields.txt
	$(Q)if [ "$(UPDATE)" = 1 ]; then cp $(BUILD)/fields.txt tests/export/fields.txt; fi
	diff -u tests/export/fields.txt $(BUILD)/fields.txt

# Every statement of docs/fleet.md, in the data bases that it is about.
.PHONY: test-fleet
$(BUILD)/fleet: tests/fleet/requirements.txt
	$(call say,FETCH,$@)
	$(Q)python3 -m venv $@
	$(Q)$@/bin/pip -q install -r $<
	@touch $@

test-fleet: $(BUILD)/fleet $(TOOL) ## ask the questions of docs/fleet.md in DuckDB and ClickHouse (from PyPI)
	$(Q)$(BUILD)/fleet/bin/python tests/fleet/fleet.py

# Is the trace true? A workload that knows what it does, and a second witness
# in the kernel (its own BPF program).
WITNESS_WORK_SRC := $(sort $(wildcard tests/witness/work*.c))
WITNESS_SRC := $(filter-out $(WITNESS_WORK_SRC) %.bpf.c,$(sort $(wildcard tests/witness/*.c)))

$(BUILD)/witness/witness.bpf.o: tests/witness/witness.bpf.c
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) $(WARN) -Wno-unused-parameter \
		-Wno-missing-prototypes -Ivmlinux/$(ARCH) -MMD -MP -c $< -o $@

$(BUILD)/witness/witness.skel.h: $(BUILD)/witness/witness.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name witness_bpf > $@

$(BUILD)/tests/witness/kernel.o: $(BUILD)/witness/witness.skel.h
$(BUILD)/tests/witness/%.o: ALL_CFLAGS += -I$(BUILD)/witness -Itests/lib

$(BUILD)/witness/witness: $(WITNESS_SRC:%.c=$(BUILD)/%.o) $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ -o $@ $(LIBS) -lm

$(BUILD)/witness/work: $(WITNESS_WORK_SRC:%.c=$(BUILD)/%.o)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ -o $@ -lpthread

.PHONY: witness witness-programs
witness-programs: $(BUILD)/witness/witness $(BUILD)/witness/work

# TIMES as many schedules as the unit tests make; seeds go up from SEED.
.PHONY: simulate
TIMES ?= 320
SEED ?= 1
simulate: $(BUILD)/tests/test_truth ## a million random schedules against their truth (a quarter of an hour; TIMES=, SEED=)
	+$(Q)! tools/go version >/dev/null 2>&1 || $(MAKE) -s --no-print-directory judge
	$(Q)tests/simulate $< $(TIMES) $(SEED)

witness: all witness-programs $(BUILD)/strict/check ## is the trace true? compare one with the kernel's books (root; V=1: every thread)
	$(Q)V=$(V) tests/suites/40-witness

.PHONY: test-flight
test-flight: $(TOOL) $(BUILD)/bench/rate $(BUILD)/workload/crowd ## the flight recorder for a long time, as root (a quarter of an hour)
	$(Q)tests/flight

.PHONY: test-faults
test-faults: all workload ## abuse a capture: signals at any moment (100 times each), overflow, hostile targets (root)
	$(Q)FAULTS=100 tests/suites/50-faults

.PHONY: deps test demo
deps: ## install what building and testing needs and is missing (Debian packages, Go)
	$(Q)tools/deps build test

# Two steps each, because what deps installs decides how the rest is built.
test: ## install what is missing, build, run all tests (as root, or parts are skipped)
	$(Q)tools/deps build test
	+$(Q)$(MAKE) -s --no-print-directory tests-build
	$(Q)tests/run

demo: ## install what is missing, build, trace this machine for a few seconds (as root)
	$(Q)tools/deps build
	+$(Q)$(MAKE) -s --no-print-directory all workload
	$(Q)tools/demo

# ---- the library ----

# The trace layer alone, for other programs: of it can be seen what the map names,
# and that is what the headers declare. While the version is 0.x, the soname
# holds the minor: another one is another library.
LIB_SRC := $(sort $(wildcard user/trace/*/*.c user/base/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/pic/%.o)
LIB_HEADERS := $(wildcard include/gotrace/*.h)
LIB_MAP := user/trace/libgotrace.map
LIB := $(BUILD)/lib/libgotrace
SO_VERSION := $(basename $(VERSION))

$(BUILD)/pic/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -MMD -MP -c $< -o $@

$(LIB).symbols: $(LIB_MAP)
	@mkdir -p $(@D)
	$(Q)sed -n 's/^\t\t\(gt_[a-z0-9_]*\);$$/\1/p' $< > $@

$(LIB).o: $(LIB_OBJ) $(LIB).symbols
	$(call say,LD,$@)
	$(Q)$(LD) -r $(LIB_OBJ) -o $@
	$(Q)$(OBJCOPY) --keep-global-symbols=$(LIB).symbols $@

$(LIB).a: $(LIB).o
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $<

$(LIB).so.$(SO_VERSION): $(LIB).o $(LIB_MAP)
	$(call say,LINK,$@)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -Wl,--version-script=$(LIB_MAP) -Wl,-z,defs \
		$(ALL_LDFLAGS) $< -o $@
	@ln -sf $(@F) $(LIB).so

.PHONY: lib install-lib
lib: $(LIB).a $(LIB).so.$(SO_VERSION) ## libgotrace: read and write Go traces from C and C++

install-lib: lib ## install libgotrace, its headers and its pkg-config file
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,lib/pkgconfig include/gotrace)
	install -m 644 include/gotrace.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(LIB_HEADERS) $(DESTDIR)$(PREFIX)/include/gotrace/
	install -m 644 $(LIB).a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(LIB).so.$(SO_VERSION) $(DESTDIR)$(PREFIX)/lib/
	ln -sf libgotrace.so.$(SO_VERSION) $(DESTDIR)$(PREFIX)/lib/libgotrace.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' docs/libgotrace.pc.in \
		> $(DESTDIR)$(PREFIX)/lib/pkgconfig/libgotrace.pc

-include $(LIB_OBJ:.o=.d)

# ---- other kernels ----

# Looks at the records of the running kernel; for the guests of tests/vm, too.
VM_RECORDS := $(BUILD)/vm/records
VM_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/vm/compat.c,$(wildcard tests/vm/*.c)))

$(VM_OBJ): ALL_CFLAGS += -Itests -Itests/lib

$(VM_RECORDS): $(VM_OBJ) $(CAPTURE_SRC:%.c=$(BUILD)/%.o) $(TESTLIB) $(PURE) | $(LIBELF_GAP)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

# 32-bit programs, without a library.
build/vm/compat-%: tests/vm/compat.c
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) --target=$*-linux-gnu -O2 -ffreestanding -fno-pic -nostdlib -static \
		-fuse-ld=lld $< -o $@

# What goes into a guest: static, of its architecture.
vm-programs: $(TOOL) $(VM_RECORDS) $(WORKLOAD_BIN)

.PHONY: test-vm deps-vm vm-programs
deps-vm: ## install what `make test-vm` needs (QEMU, a compiler for arm64)
	$(Q)tools/deps build arm64 vm

test-vm: ## test on Debian's 6.1 and 6.12 kernels, in QEMU (KERNELS="6.12-rt-amd64 ...": these)
	+$(Q)tests/vm/run $(KERNELS)

.PHONY: test-debian
test-debian: ## test the build, the demo and the commands on a bare Debian 12 and 13 (root; made with debootstrap)
	$(Q)tools/deps debian
	$(Q)tests/debian $(DEBIAN)

# ---- the rest ----

.PHONY: static arm64 install uninstall format lint picture clean distclean help
static: ## a program without shared libraries: build/static/gotrace-bpf
	+$(Q)$(MAKE) -s --no-print-directory STATIC=1 build/static/gotrace-bpf

arm64: ## the same for arm64, built on x86: build/arm64/static/gotrace-bpf
	$(Q)tools/deps build arm64
	+$(Q)$(MAKE) -s --no-print-directory .deps/arm64
	+$(Q)$(MAKE) -s --no-print-directory ARCH=arm64 STATIC=1 all

# The libraries of another architecture, unpacked, not installed.
debian_x86 := amd64
debian_arm64 := arm64
.deps/x86 .deps/arm64: .deps/%:
	$(call say,FETCH,$@)
	$(Q)tools/deb unpack $@ $(addsuffix :$(debian_$*),libbpf-dev libbpf1 libelf-dev \
		zlib1g-dev zlib1g libzstd-dev libzstd1 libprotobuf-c-dev libprotobuf-c1) \
		$$(tools/deb newest libelf-dev:$(debian_$*)):$(debian_$*)

install: all ## install under DESTDIR/PREFIX (/usr/local)
	install -D -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/gotrace-bpf
	install -D -m 644 $(BUILD)/man/gotrace-bpf.1 $(DESTDIR)$(PREFIX)/share/man/man1/gotrace-bpf.1
	install -D -m 644 $(BUILD)/completions/gotrace-bpf.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/gotrace-bpf
	install -D -m 644 $(BUILD)/completions/_gotrace-bpf \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_gotrace-bpf
	install -D -m 644 $(BUILD)/completions/gotrace-bpf.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/gotrace-bpf.fish
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed -e 's|@PREFIX@|$(PREFIX)|' dist/gotrace-bpf-flight.service \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/gotrace-bpf-flight.service

uninstall: ## remove what install and install-lib put there
	rm -rf $(addprefix $(DESTDIR)$(PREFIX)/include/,gotrace gotrace.h)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/lib/,libgotrace.a libgotrace.so \
		libgotrace.so.$(SO_VERSION) pkgconfig/libgotrace.pc)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/gotrace-bpf share/man/man1/gotrace-bpf.1 \
		share/bash-completion/completions/gotrace-bpf \
		share/zsh/site-functions/_gotrace-bpf \
		share/fish/vendor_completions.d/gotrace-bpf.fish \
		lib/systemd/system/gotrace-bpf-flight.service)

format: ## lay out the C sources as .clang-format says
	$(CLANG_FORMAT) -i $(FORMAT_SRC)

lint: ## check the layout; look for faults in the pure modules
	$(CLANG_FORMAT) --dry-run -Werror $(FORMAT_SRC)
	$(Q)$(CLANG_TIDY) --quiet --warnings-as-errors='*' --checks='$(TIDY)' $(PURE_SRC) -- $(ALL_CFLAGS)

picture: ## take docs/picture.png anew: a capture in the viewer, by headless Chromium (as root)
	$(Q)tools/deps build test picture
	+$(Q)$(MAKE) -s --no-print-directory all workload
	$(Q)tools/picture

clean: ## remove what was built
	rm -rf build gotrace-bpf

distclean: clean ## remove the Go toolchain of `make deps` too
	rm -rf .deps

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

-include $(BPF_OBJ:.o=.d) $(PURE_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(COMMANDS_OBJ:.o=.d) $(TESTLIB_OBJ:.o=.d) $(UNIT_BIN:%=%.d) \
	$(WORKLOAD_BIN:%=%.d) $(BUILD)/docs.d $(BUILD)/witness/witness.bpf.d \
	$(patsubst %.c,$(BUILD)/%.d,$(WITNESS_SRC) $(WITNESS_WORK_SRC)) \
	$(FUZZ_OBJ:.o=.d) $(FUZZ_BIN:%=%.d) $(VM_OBJ:.o=.d)
