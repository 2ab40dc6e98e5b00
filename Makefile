# Lathe. `make run` and `make check` do everything on a fresh Debian 12; see README.md.
#   make BUILD=/tmp/x   builds elsewhere;  CC=clang, SANITIZE=address|undefined|thread|realtime
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0
ARCH := $(shell $(CC) -dumpmachine | cut -d- -f1)

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion \
       -Wstrict-prototypes -Wmissing-prototypes -Wvla
WERROR ?=
OPT ?= -O2
SANITIZE ?=
PACKAGES_DAEMON = liblo libconfig libebur128 jack libsystemd sndfile
CPPFLAGS += -I. -I$(BUILD) -D_GNU_SOURCE -DLATHE_VERSION='"$(VERSION)"'
CFLAGS += -std=c11 $(OPT) -g $(WARN) $(WERROR) -pthread
# libconfig 1.5 must not be asked for later calls; see docs/architecture.md.
CFLAGS += $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)
LDFLAGS += -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LDLIBS = $(shell pkg-config --libs $(PACKAGES_DAEMON)) -lm

# One audio object per module and instruction set.
ifeq ($(ARCH),x86_64)
ISAS = base v3 v4
else
ISAS = base
endif
ISA_FLAGS_base =
ISA_FLAGS_v3 = -march=x86-64-v3 -DLATHE_ISA_V3
ISA_FLAGS_v4 = -march=x86-64-v4 -DLATHE_ISA_V4
KERNEL_FLAGS = -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math

MODULES = $(sort $(notdir $(patsubst %/,%,$(dir $(wildcard modules/*/*_control.c)))))
KERNEL_OBJECTS = $(foreach m,$(MODULES),$(foreach i,$(ISAS),$(BUILD)/modules/$m/$m.$i.o))
CONTROL_OBJECTS = $(foreach m,$(MODULES),$(BUILD)/modules/$m/$m_control.o)
HOST_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out daemon/main.c daemon/render.c,\
	$(wildcard daemon/*.c)))
LIBRARY = $(BUILD)/liblathe.a

PROGRAMS = $(BUILD)/lathed $(BUILD)/lathe-render \
	$(patsubst control/%.c,$(BUILD)/%,$(wildcard control/*.c))
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c) tests/conform.c) \
	$(patsubst modules/%/test.c,$(BUILD)/tests/test_module_%,$(wildcard modules/*/test.c))

all: $(PROGRAMS)

$(BUILD)/modules/%_control.o: modules/%_control.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define kernel_rule
$(BUILD)/modules/%.$(1).o: modules/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(KERNEL_FLAGS) $$(ISA_FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
endef
$(foreach i,$(ISAS),$(eval $(call kernel_rule,$i)))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/registry.c: Makefile $(wildcard modules/*/*_control.c)
	@mkdir -p $(@D)
	@{ echo '#include "modules/module.h"'; \
	for m in $(MODULES); do echo "extern const struct module module_$$m;"; done; \
	echo 'const struct module *const module_registry[] = {'; \
	for m in $(MODULES); do echo "	&module_$$m,"; done; \
	echo '	NULL };'; } > $@
$(BUILD)/registry.o: $(BUILD)/registry.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(LIBRARY): $(HOST_OBJECTS) $(KERNEL_OBJECTS) $(CONTROL_OBJECTS) $(BUILD)/registry.o
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/lathed: $(BUILD)/daemon/main.o $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/lathe-render: $(BUILD)/daemon/render.o $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/%: control/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(shell pkg-config --libs liblo) -lm

$(BUILD)/tests/test_module_%: modules/%/test.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(LIBRARY) $(LDLIBS)
$(BUILD)/tests/%: tests/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(LIBRARY) $(LDLIBS)

tests: $(TESTS)

clean:
	rm -rf $(BUILD)

.PHONY: all tests clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
