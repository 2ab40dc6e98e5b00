# Lathe. `make run` and `make check` do everything on a fresh Debian 12; see README.md.
#   make BUILD=/tmp/x   builds elsewhere;  CC=clang, SANITIZE=address|undefined|thread|realtime
# SPDX-License-Identifier: GPL-3.0-or-later
BUILD ?= build
V ?= 0# V=1 shows the commands
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := 0.2.0
ARCH := $(shell $(CC) -dumpmachine | cut -d- -f1)

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion \
       -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-enum-float-conversion
WERROR ?=
OPT ?= -O2
SANITIZE ?=
PACKAGES_DAEMON = libconfig libebur128 jack libsystemd sndfile libmpg123 samplerate soxr fftw3f
# `override`: flags given on the command line are added to these; they don't replace them.
override CPPFLAGS += -I. -I$(BUILD) -D_GNU_SOURCE -DLATHE_VERSION='"$(VERSION)"'
override CFLAGS += -std=c11 $(OPT) -g $(WARN) $(WERROR) -pthread
# The code calls nothing that libconfig 1.5 lacks; see docs/architecture.md.
override CFLAGS += $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)
override LDFLAGS += -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LDLIBS = $(shell pkg-config --libs $(PACKAGES_DAEMON)) -lm
LIBS_OSC = $(shell pkg-config --libs liblo) # clients and tests; lathed reads OSC itself

# One audio object per module and instruction set.
ifeq ($(ARCH),x86_64)
ISAS = base v3 v4
else
ISAS = base
endif
ISA_FLAGS_base =
ISA_FLAGS_v3 = -march=x86-64-v3 -DLATHE_ISA_V3
ISA_FLAGS_v4 = -march=x86-64-v4 -DLATHE_ISA_V4
# clang fuses multiply and add in a vector loop but not in the loop's rest, so two cuts of the same
# audio would differ in the last bit. The clang builds, which are proofs only, fuse nothing.
# GCC turns short copy loops into `rep movsq`, which takes longer than the loops.
KERNEL_FLAGS = -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math \
	$(if $(findstring clang,$(CC)),-ffp-contract=off,-fno-tree-loop-distribute-patterns)

MODULES = $(sort $(notdir $(patsubst %/,%,$(dir $(wildcard modules/*/*_control.c)))))
KERNEL_OBJECTS = $(foreach m,$(MODULES),$(foreach i,$(ISAS),$(BUILD)/modules/$m/$m.$i.o))
CONTROL_OBJECTS = $(foreach m,$(MODULES),$(BUILD)/modules/$m/$m_control.o)
# The programs' own rooms (lathed/, render/) lie in the library too, but for main().
HOST_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out daemon/lathed/main.c daemon/render/render.c,\
	$(wildcard daemon/*/*.c share/*.c))) $(BUILD)/services_text.o
LIBRARY = $(BUILD)/liblathe.a
# Programs that include nothing of the daemon link only these.
SHARE_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(wildcard share/*.c))

# A program that speaks OSC is a folder of control/; what they share lies beside them.
CONTROLS = $(sort $(notdir $(patsubst %/,%,$(dir $(wildcard control/*/*.c)))))
PROGRAMS = $(BUILD)/lathed $(BUILD)/lathe-render $(CONTROLS:%=$(BUILD)/%)
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*/test_*.c) tests/conform.c) \
	$(patsubst modules/%/test.c,$(BUILD)/tests/test_module_%,$(wildcard modules/*/test.c))

# The build prints what it makes, not the commands.
ifeq ($(V),0)
.SILENT:
endif
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

all: $(PROGRAMS)

$(BUILD)/modules/%_control.o: modules/%_control.c
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define kernel_rule
$(BUILD)/modules/%.$(1).o: modules/%.c
	@mkdir -p $$(@D)
	echo '  $$@'
	$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(KERNEL_FLAGS) $$(ISA_FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
endef
$(foreach i,$(ISAS),$(eval $(call kernel_rule,$i)))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	echo '  $@'
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

# share/services.conf as a string of C.
$(BUILD)/services_text.c: share/services.conf
	@mkdir -p $(@D)
	@{ echo 'extern const char services_text[];'; echo 'const char services_text[] ='; \
	sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $<; echo ';'; } > $@
$(BUILD)/services_text.o: $(BUILD)/services_text.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-overlength-strings -c -o $@ $<

$(LIBRARY): $(HOST_OBJECTS) $(KERNEL_OBJECTS) $(CONTROL_OBJECTS) $(BUILD)/registry.o
	@rm -f $@
	@$(AR) qcs $@ $^ # q: rooms may hold objects of one name

$(BUILD)/lathed: $(BUILD)/daemon/lathed/main.o $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/lathe-render: $(BUILD)/daemon/render/render.o $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
LIBS_lathe-touchosc = -lz
define control_rule
$(BUILD)/$(1): $(call objects,control/$(1)) $(call objects,control) \
	$(addprefix $(BUILD)/share/,json.o newfile.o)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS_OSC) -lm $$(LIBS_$(1))
endef
$(foreach c,$(CONTROLS),$(eval $(call control_rule,$c)))

# What `make run` plays, and with what.
$(BUILD)/lathe-demo: $(BUILD)/run/demo.o
	$(CC) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs sndfile) -lm
$(BUILD)/lathe-play: $(BUILD)/run/play.o $(SHARE_OBJECTS)
	$(CC) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs jack sndfile libmpg123 samplerate soxr) -lm

$(BUILD)/tests/test_module_%: modules/%/test.c $(LIBRARY)
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(LIBRARY) $(LDLIBS)
$(BUILD)/tests/%: tests/%.c $(LIBRARY)
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(LIBRARY) $(LDLIBS) $(LIBS_OSC)

# ---- checks ----------------------------------------------------------------------------
tests: $(TESTS) $(addprefix $(BUILD)/tests/system/,probe faults storm sink)

deps:
	@./install-deps build
deps-check:
	@./install-deps build check

# RACK=podcast (docs/racks.md) or CONFIG=my.conf  IN=song.flac  SECONDS=10  DEVICE=hw:0
RACK ?= streaming
CONFIG ?= config/$(RACK).conf
ASKED = "$(BUILD)" "$(CONFIG)" "$(IN)" "$(SECONDS)" "$(DEVICE)"
run:
	@run/run.sh --check $(ASKED)
	@./install-deps build
	@$(MAKE) --no-print-directory all $(BUILD)/lathe-demo $(BUILD)/lathe-play
	@# In a terminal it runs as a foreground job, so that Ctrl-C ends it and not make.
	@bash -c '[ -t 0 ] || exec run/run.sh "$$@"; set -m; run/run.sh "$$@"; exit $$?' run $(ASKED)

# The list of CONTRIBUTING.md.
help:
	@awk '/^```/ { if (shown++) exit; next } shown' CONTRIBUTING.md

# The sources whose every line the audio thread may run.
REALTIME_ROOM = $(wildcard daemon/audio/*.c)
REALTIME_SOURCES = $(REALTIME_ROOM) $(foreach m,$(MODULES),modules/$m/$m.c)
REALTIME_OBJECTS = $(BUILD)/rt-all.o $(KERNEL_OBJECTS)
$(BUILD)/rt-all.o: $(REALTIME_ROOM:%.c=$(BUILD)/%.o)
	ld -r -o $@ $^
$(REALTIME_ROOM:%.c=$(BUILD)/%.o): override CFLAGS += -O3 -fno-math-errno -fno-trapping-math
C_SOURCES = $(wildcard dsp/*.[ch] modules/*.h modules/*/*.[ch] share/*.[ch] daemon/*/*.[ch] control/*.[ch] control/*/*.[ch] run/*.c \
	tests/*.[ch] tests/*/*.[ch] tests/support/modules/*.[ch] \
	docs/*.c)
SH_SOURCES = install-deps tests/run .ci/run systemd/lathe-generator debian/lathe.config debian/lathe.postinst debian/lathe.postrm debian/tests/plays $(wildcard tests/*/*.sh tests/*.sh run/*.sh docs/*.sh)
SYSTEM_TESTS = $(wildcard tests/system/*.sh)

check: deps-check
	@$(MAKE) --no-print-directory all tests guard $(BUILD)/tests/sound/script WERROR=-Werror
	@BUILD=$(BUILD) tests/run -j $(JOBS) \
		$(SOUND_CHAPTERS:%="/usr/bin/python3 tests/sound/run.py --short %") \
		$(SYSTEM_TESTS) $(filter-out %/conform,$(TESTS)) \
		$(foreach m,$(CONFORMING),"$(BUILD)/tests/conform $m" "LATHE_ISA=base $(BUILD)/tests/conform $m") \
		"$(MAKE) -s docs-check BUILD=$(BUILD)"
# The longest first, so that no core is idle at the end.
SOUND_CHAPTERS = racks limiter leveller meters $(filter-out racks limiter leveller meters \
	run lathe_sound programmes rides,$(patsubst tests/sound/%.py,%,$(wildcard tests/sound/*.py)))
# `output` can't be placed in a config's list of nodes.
CONFORMING = $(filter-out output,$(MODULES))
# How many checks run beside each other: most of them wait for a server more than they compute.
JOBS = $(shell expr 2 \* $$(nproc))

# The audio thread's part built for 64-bit ARM and run in an emulator; its output is compared with
# this machine's. Modules that need foreign libraries are left out.
KERNELS_ALONE = $(KERNEL_OBJECTS) $(CONTROL_OBJECTS) $(BUILD)/registry.o \
	$(patsubst %,$(BUILD)/daemon/%.o,base/arena base/memory rack/param rack/param_text)
$(BUILD)/kernels: tests/kernels.c $(KERNELS_ALONE)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ -lm
ARM64 = CC=aarch64-linux-gnu-gcc BUILD=$(BUILD)/arm64
# GCC 12 for ARM has an internal error in this file's loops.
ifneq ($(findstring aarch64,$(CC)),)
$(BUILD)/modules/field/field_control.o: override CFLAGS += -fno-tree-vectorize
endif
ALONE = MODULES="$(filter-out failover lineq loudness,$(MODULES))" WERROR=-Werror
arm64: deps-check
	@$(MAKE) -s $(ARM64) WERROR=-Werror $(patsubst %.c,$(BUILD)/arm64/%.o,$(filter-out %/process.c,$(REALTIME_ROOM))) \
		$(foreach m,$(MODULES),$(BUILD)/arm64/modules/$m/$m.base.o)
	@$(MAKE) -s $(ARM64) $(ALONE) $(BUILD)/arm64/kernels
	@$(MAKE) -s BUILD=$(BUILD)/alone $(ALONE) $(BUILD)/alone/kernels
	@$(BUILD)/alone/kernels write $(BUILD)/alone/kernels.raw
	@qemu-aarch64 $(BUILD)/arm64/kernels compare $(BUILD)/alone/kernels.raw

# The goals of sound, one table: goal, best peer, Lathe, pass. ONLY="eq stereo" for some,
# IN=song.flac to see what every rack makes of it, RACK=vinyl for one.
sound:
	@./install-deps build sound
	@$(MAKE) --no-print-directory $(BUILD)/lathe-render $(BUILD)/tests/sound/script \
		$(BUILD)/tests/sound/peer $(BUILD)/lathe-demo \
		$(BUILD)/tests/conform
	@BUILD=$(BUILD) IN="$(IN)" RACKS="$(if $(filter command% environment%,$(origin RACK)),$(RACK))" \
		/usr/bin/python3 -u tests/sound/run.py $(or $(ONLY),$(if $(IN),racks)) > $(BUILD)/sound.md; \
		status=$$?; cat $(BUILD)/sound.md; \
		$(if $(ONLY)$(IN),,cp $(BUILD)/sound.md docs/sound.md;) exit $$status

# What each module costs, beside the peers' plug-ins: docs/bench.md. QUICK=1 for a look.
BENCHES = bench bench_osc flood ready
$(BUILD)/tests/bench/bench: $(wildcard tests/bench/*.[ch]) $(LIBRARY)
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(shell pkg-config --cflags lilv-0) -o $@ \
		$(addprefix tests/bench/,bench.c subjects.c lv2.c) $(LIBRARY) $(LDLIBS) \
		$(shell pkg-config --libs lilv-0)
$(BUILD)/tests/sound/peer: tests/sound/peer.c tests/bench/lv2.c tests/bench/lv2.h
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(shell pkg-config --cflags lilv-0) -o $@ \
		tests/sound/peer.c tests/bench/lv2.c $(shell pkg-config --libs lilv-0) -lm
bench:
	@./install-deps build sound
	@$(MAKE) --no-print-directory all $(BUILD)/lathe-demo $(BUILD)/lathe-play \
		$(BENCHES:%=$(BUILD)/tests/bench/%)
	@BUILD=$(BUILD) QUICK=$(QUICK) tests/bench/run.sh > $(BUILD)/bench.md
	@cat $(BUILD)/bench.md; $(if $(QUICK),,cp $(BUILD)/bench.md docs/bench.md)

# Storms and reloads beside a client that only copies, MINUTES long; EVERY=0.4 RACKS= FIRST=
# as tests/bench/soak.sh says.
MINUTES ?= 10
soak: deps-check
	@$(MAKE) --no-print-directory all guard $(BUILD)/tests/system/probe \
		$(BUILD)/tests/system/storm
	@BUILD=$(BUILD) EVERY=$(EVERY) RACKS="$(RACKS)" FIRST=$(FIRST) \
		tests/bench/soak.sh $(MINUTES)

# An hour of every kind of healthy programme, as fast as it goes: no alarm. SECONDS_EACH=600 for a
# look.
healthy:
	@./install-deps build healthy
	@$(MAKE) --no-print-directory $(BUILD)/tests/healthy/hour
	@BUILD=$(BUILD) $(if $(SECONDS_EACH),SECONDS_EACH=$(SECONDS_EACH)) tests/healthy/hour.sh

lint: deps-check
	@tests/run "clang-format --dry-run --Werror $(C_SOURCES)" \
		"shellcheck $(SH_SOURCES)" tests/includes.sh tests/rooms.sh tests/covered.sh tests/dialect.py tests/licence.py \
		"BUILD=$(BUILD) tests/headers.sh" \
		"$(MAKE) -s all && BUILD=$(BUILD) tests/circles.sh" \
		"$(MAKE) -s -j2 all tests CC=clang WERROR=-Werror BUILD=$(BUILD)/clang" \
		"$(MAKE) -s tidy BUILD=$(BUILD)"
# TIDY="daemon/audio/rt.c ..." for some.
TIDY = $(filter daemon/%.c share/%.c modules/%.c control/%.c run/%.c,$(C_SOURCES))
tidy:
	@printf '%s\n' $(TIDY) | xargs -P $(shell nproc) -I{} \
		clang-tidy --quiet --warnings-as-errors='*' {} -- $(CPPFLAGS) -std=c11

# Three proofs that the audio thread keeps its rules; the fourth, from outside a release
# binary under a real JACK, is tests/system/guard.sh.
realtime: deps-check
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/rtsan CC=clang-22 SANITIZE=realtime \
		$(RTSAN_TESTS:%=$(BUILD)/rtsan/tests/%)
	@tests/run -j $(JOBS) "$(MAKE) -s symbols BUILD=$(BUILD)" "$(MAKE) -s effects BUILD=$(BUILD)" \
		$(BUILD)/rtsan/tests/audio/test_rt $(CONFORMING:%="$(BUILD)/rtsan/tests/conform %")
RTSAN_TESTS = audio/test_rt conform

# Only these may be called from the audio thread's objects.
ALLOWED = memcpy memset memmove memcmp fmin fmax expf exp2f logf log2f log10f powf sinf cosf tanf sqrtf fabsf \
	fmaxf fminf floorf ceilf roundf lrintf exp exp2 log log2 log10 pow sin cos tan tanh \
	tanhf atan2f sqrt fabs floor ceil lrint fma fmaf \
	fftwf_execute_dft jack_port_get_buffer _GLOBAL_OFFSET_TABLE_
symbols: $(REALTIME_OBJECTS)
	@$(foreach o,$^,ld -r -o $(BUILD)/audio.o $(o) && nm -u $(BUILD)/audio.o | \
		awk '{ print $$2 }' | grep -vxF $(foreach a,$(ALLOWED),-e $a) | \
		sed 's|^|$(o) calls |';) true > $(BUILD)/forbidden.txt
	@cat $(BUILD)/forbidden.txt; test ! -s $(BUILD)/forbidden.txt
effects:
	@for f in $(REALTIME_SOURCES); do \
		clang-22 $(CPPFLAGS) -std=c11 -O2 -Wfunction-effects -Werror -fsyntax-only $$f || exit 1; \
	done

# What has threads under ThreadSanitizer, all tests under AddressSanitizer with UBSan; of
# conform, every module at every rate.
sanitize: deps-check
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/thread CC=clang-22 SANITIZE=thread \
		$(THREADED_TESTS:%=$(BUILD)/thread/tests/%)
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/address CC=clang-22 SANITIZE=address,undefined \
		$(TESTS:$(BUILD)/%=$(BUILD)/address/%)
	@tests/run -j $(JOBS) $(THREADED_TESTS:%=$(BUILD)/thread/tests/%) \
		$(CONFORMING:%="$(BUILD)/address/tests/conform --rates %") \
		$(SANITIZED_TESTS:%=$(BUILD)/address/tests/%)
THREADED_TESTS = engine/test_engine audio/test_handover audio/test_rt osc/test_osc osc/test_watch \
	desk/test_desk base/test_log
SANITIZED_TESTS = $(filter-out conform,$(TESTS:$(BUILD)/tests/%=%))

guard: $(BUILD)/guard.so
$(BUILD)/guard.so: tests/system/guard.c
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) -std=c11 -O2 -Wall -Wextra -shared -fPIC -o $@ $< -ldl

# libFuzzer, SECONDS (60) each. libconfig 1.5 leaks a little at every syntax error.
FUZZERS = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SEEDS = tests/configs/good tests/configs/bad config
FUZZ_SEEDS_soundfile = $(BUILD)/fuzz/sounds
$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(LIBRARY)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(LDLIBS) $(LIBS_OSC)
fuzz: deps-check
	@mkdir -p $(FUZZ_SEEDS_soundfile) && \
		/usr/bin/python3 tests/fuzz/soundseeds.py $(FUZZ_SEEDS_soundfile)
	@for f in $(FUZZERS); do mkdir -p $(BUILD)/fuzz/found/$$f && \
		$(MAKE) -s BUILD=$(BUILD)/fuzz CC=clang SANITIZE=address,undefined,fuzzer-no-link \
			$(BUILD)/fuzz/$$f && \
		ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1 $(BUILD)/fuzz/$$f \
			-max_total_time=$(or $(SECONDS),60) -timeout=5 -max_len=4096 \
			-artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/found/$$f \
			$$([ $$f = fuzz_soundfile ] && echo $(FUZZ_SEEDS_soundfile) || echo $(FUZZ_SEEDS)) \
			|| exit 1; done

# What follows from the tables.
$(BUILD)/generate: docs/generate.c $(LIBRARY)
	@mkdir -p $(@D)
	echo '  $@'
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ docs/generate.c $(LIBRARY) $(LDLIBS)
docs: $(BUILD)/generate
	$(BUILD)/generate modules > docs/modules.md
	for page in osc duty; do \
		$(BUILD)/generate prose docs/$$page.in.md > docs/$$page.md || exit 1; done
docs-check: $(BUILD)/generate
	@$(BUILD)/generate modules | diff -u docs/modules.md - && \
	$(BUILD)/generate prose docs/osc.in.md | diff -u docs/osc.md - && \
	$(BUILD)/generate prose docs/duty.in.md | diff -u docs/duty.md - || \
	{ echo "docs/ is stale: make docs"; exit 1; }

# Man pages: docs/man/ filled in from tables and from what the programs' --help says.
MANPAGES = $(patsubst docs/man/%.scd,$(BUILD)/man/%,$(wildcard docs/man/*.scd))
$(BUILD)/man/%: docs/man/%.scd docs/man.awk docs/osc.in.md $(PROGRAMS) $(BUILD)/generate
	@mkdir -p $(@D)
	awk -v build=$(BUILD) -f docs/man.awk $< > $@.scd && scdoc < $@.scd > $@ || \
		{ rm -f $@; exit 1; }
man: $(MANPAGES)

# ---- on a system: make install DESTDIR= PREFIX= ------------------------------------------
INSTALL_TO = $(DESTDIR)$(PREFIX)
# Units are in its folder system/, what makes units of configs is in system-generators/.
SYSTEMD = $(PREFIX)/lib/systemd
UNITS = $(wildcard systemd/*.service systemd/*.socket systemd/*.timer)
DOC = $(INSTALL_TO)/share/doc/lathe
# Documents are installed in the same folders, so that the links between them work.
DOCUMENTS = README.md CHANGELOG.md CONTRIBUTING.md LICENSE daemon/README.md \
	$(filter-out %.in.md,$(wildcard docs/*.md)) \
	$(wildcard docs/*.svg docs/*.png docs/prometheus/* modules/*/README.md) modules/module.h
install: all man
	install -d $(INSTALL_TO)/bin $(INSTALL_TO)/share/lathe \
		$(addprefix $(DESTDIR)$(SYSTEMD)/,system system-generators) \
		$(INSTALL_TO)/lib/sysusers.d $(INSTALL_TO)/share/bash-completion/completions \
		$(INSTALL_TO)/share/zsh/site-functions \
		$(addprefix $(INSTALL_TO)/share/man/man,1 5 7) $(DOC)
	install $(PROGRAMS) $(INSTALL_TO)/bin
	install -m 644 config/*.conf share/services.conf $(INSTALL_TO)/share/lathe
	for file in $(DOCUMENTS); do install -D -m 644 $$file $(DOC)/$$file || exit 1; done
	ln -sfn ../../lathe $(DOC)/config
	install -m 644 systemd/lathe.sysusers $(INSTALL_TO)/lib/sysusers.d/lathe.conf
	install -m 644 control/lathectl/completion.bash \
		$(INSTALL_TO)/share/bash-completion/completions/lathectl
	for program in lathed lathe-render lathe-touchosc; do \
		ln -sf lathectl $(INSTALL_TO)/share/bash-completion/completions/$$program; done
	install -m 644 control/lathectl/completion.zsh \
		$(INSTALL_TO)/share/zsh/site-functions/_lathectl
	for page in $(MANPAGES); do \
		install -m 644 $$page $(INSTALL_TO)/share/man/man$${page##*.}/ || exit 1; done
	for unit in $(UNITS); do sed 's|/usr/local/|$(PREFIX)/|' $$unit \
		> $(DESTDIR)$(SYSTEMD)/system/$${unit##*/} || exit 1; done
	sed 's|/usr/local/|$(PREFIX)/|' systemd/lathe-generator \
		> $(DESTDIR)$(SYSTEMD)/system-generators/lathe-generator
	chmod 755 $(DESTDIR)$(SYSTEMD)/system-generators/lathe-generator

# Removes what `install` has written; configs in /etc/lathe and state stay.
uninstall:
	rm -f $(addprefix $(INSTALL_TO)/bin/,$(notdir $(PROGRAMS))) \
		$(addprefix $(INSTALL_TO)/share/lathe/,$(notdir $(wildcard config/*.conf)) services.conf) \
		$(INSTALL_TO)/lib/sysusers.d/lathe.conf \
		$(addprefix $(DESTDIR)$(SYSTEMD)/system/,$(notdir $(UNITS))) \
		$(DESTDIR)$(SYSTEMD)/system-generators/lathe-generator \
		$(addprefix $(INSTALL_TO)/share/bash-completion/completions/,lathectl lathed lathe-render lathe-touchosc) \
		$(INSTALL_TO)/share/zsh/site-functions/_lathectl
	for page in $(notdir $(MANPAGES)); do \
		rm -f $(INSTALL_TO)/share/man/man$${page##*.}/$$page || exit 1; done
	rm -rf $(DOC)
	rmdir $(INSTALL_TO)/share/lathe 2>/dev/null || true

# The Debian package: lathe_*.deb in $(BUILD)/deb, built of what git has here, checked by lintian.
DEB = $(BUILD)/deb
deb:
	@./install-deps build deb
	rm -rf $(DEB) && mkdir -p $(DEB)/lathe
	git ls-files -z | xargs -0 cp --parents -Pt $(DEB)/lathe
	cd $(DEB)/lathe && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS dpkg-buildpackage -b -us -uc
	lintian --fail-on error,warning $(DEB)/*.changes

# Two builds, in two folders, make the same package; what it does in a clean Debian 12.
deb-check: deb
	@./install-deps package
	@$(MAKE) --no-print-directory deb DEB=$(BUILD)/deb-again
	cmp $(DEB)/lathe_*.deb $(BUILD)/deb-again/lathe_*.deb
	tests/package.sh $(DEB)/lathe_*.deb

clean:
	rm -rf $(BUILD)

.PHONY: all install uninstall help run tests clean deps deps-check check lint tidy realtime symbols effects sanitize \
	docs docs-check man fuzz guard sound bench soak healthy arm64 deb deb-check
.SECONDARY:
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
