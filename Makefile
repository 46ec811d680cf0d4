# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# What becomes what:
#
#   vmlinux/ARCH + bpf/*.bpf.c --clang--> gotrace.bpf.o --bpftool--> gotrace.skel.h
#   user/*/*.c (but capture, cli) --cc--> libgotrace-pure.a      no I/O, no kernel
#   pure + capture (libbpf) + cli --cc--> gotrace-bpf
#   tests/unit/test_*.c + pure    --cc--> build/tests/test_*
#
# Everything made stands under build/, or build/san with SAN=1.

.DELETE_ON_ERROR:
.SUFFIXES:

V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2))

CC ?= cc
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config

SAN ?= 0
BUILD := build$(if $(filter 1,$(SAN)),/san)
ARCH ?= $(shell uname -m | sed -e s/x86_64/x86/ -e s/aarch64/arm64/)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(if $(CI),-Werror)
CFLAGS ?= -O2 -g
CFLAGS += $(if $(filter 1,$(SAN)),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -O1)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN) -Iinclude -Iuser -I$(BUILD) $(CFLAGS)
comma := ,
, := ,

PURE_SRC := $(sort $(wildcard user/raw/*.c user/order/*.c user/model/*.c user/trace/*.c))
TOOL_SRC := $(sort $(wildcard user/*.c user/cli/*.c user/capture/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
TESTLIB_SRC := $(sort $(wildcard tests/lib/*.c))

PURE_OBJ := $(PURE_SRC:%.c=$(BUILD)/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(BUILD)/%.o)
TESTLIB_OBJ := $(TESTLIB_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
PURE := $(BUILD)/libgotrace-pure.a
TESTLIB := $(BUILD)/libtest.a

BPF_OBJ := $(BUILD)/bpf/$(ARCH)/gotrace.bpf.o
SKELETON := $(BUILD)/gotrace.skel.h

.PHONY: all
all: $(PURE) $(SKELETON)

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

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(PURE): $(PURE_OBJ)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(TESTLIB): $(TESTLIB_OBJ)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/tests/%: tests/unit/%.c $(TESTLIB) $(PURE)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/lib -MMD -MP -MF $@.d $< -o $@ $(TESTLIB) $(PURE) -lcmocka -lz

.PHONY: unit
unit: $(UNIT_BIN) ## unit tests of the pure modules
	$(Q)set -e; for t in $^; do echo "== $$t"; $$t; done

.PHONY: clean
clean:
	rm -rf build

-include $(BPF_OBJ:.o=.d) $(PURE_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(TESTLIB_OBJ:.o=.d) $(UNIT_BIN:%=%.d)
