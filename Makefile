# SPDX-License-Identifier: Apache-2.0
#
# Tandem's build. Written by hand, one file, non-recursive: "make" calls itself only to switch on the sanitizers
# (make check) or to build after the packages were installed (make demo).
#
# Goals:
#
#   make                  all programs into build/ (runs autoconf and ./configure first if config.mk is missing)
#   make check            packages, sanitizer build, lints, every test; last line: N passed, N failed, N skipped
#   make check T=WORD     the same, only the tests whose path contains WORD (and no package check)
#   make tests            builds the test programs, runs none
#   make demo             a live two-node cluster on this machine, a fault, a verdict. FAULT= SEED= AGENTS= choose
#   make live             faults of tests/live on such a cluster, many times. FAULT=all RUNS=10 SEED= AGENTS= SIDE=
#   make live-table       docs/failover-results.md and .svg anew, from build/live/report.json
#   make sim              one simulated run in virtual time. SEED=N chooses it
#   make explore          every sequence of up to DEPTH=7 things that can happen to the roles of two nodes (of three: two fewer)
#   make soak             many of them. SEEDS=N says how many (default 100000)
#   make scenarios        every fault script of tests/scenarios against a live connector. SEEDS=N (default 20) S=WORD
#   make bench            the measurements: codecs (tests/bench), many clients (tests/load/north)
#   make lint             every lint of tests/lint, without the tests
#   make coverage-table   docs/broadworks-coverage.md and csta-coverage.md anew, from what the last runs of the tests noted
#   make format           rewrites the sources in the style of .clang-format; make format-check only reports
#   make install          all that a node needs, man pages, examples. PREFIX= DESTDIR= SYSCONFDIR= OCF_ROOT= as usual
#   make deb              Debian packages, into build/deb; make test-deb installs them in a namespace and runs a pair from them
#   make deps             installs the packages of deploy/deps.debian that are missing (asks for root, starts no service)
#   make clean            removes build/; make distclean also what autoconf and configure wrote
#   make help             this text
#
# Settings (make NAME=value):
#
#   DEVELOPER=1           -Werror, every warning we care about, ASan + UBSan. Objects in build/obj-san
#   CC=clang              another compiler. CFLAGS_EXTRA= and LDFLAGS_EXTRA= are added at the end
#   BUILD=DIR             another folder than build/ (two builds in one tree at the same time)
#   V=1                   shows the commands
#   JOBS=N                parallel jobs of make check, demo and live (default: the number of processors)
#
# A file that appears in one of the folders below is picked up by itself; what links with what is the
# paragraph "What is built from what".

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

, := ,
define NEWLINE


endef
# that of the man pages: the date of NEWS.md, whose top has what is new
RELEASE_DATE = $(shell LC_ALL=C date -u -d "@$${SOURCE_DATE_EPOCH:-$$(stat -c %Y NEWS.md)}" '+%B %-d, %Y')
BUILD ?= build
JOBS  ?= $(shell nproc 2>/dev/null || echo 2)
SEED  ?= 1
SEEDS ?= 100000
DEPTH ?= 7

# --- configuration ------------------------------------------------------------------------------------------------
# These goals work, or install what is missing, before there is a configuration.
UNCONFIGURED_GOALS := help deps clean distclean check demo live

ifneq ($(filter-out $(UNCONFIGURED_GOALS),$(or $(MAKECMDGOALS),all)),)
include config.mk
endif

ifeq ($(origin CC),default)
CC := $(or $(CONFIGURE_CC),gcc)
endif
AR := $(if $(filter default,$(origin AR)),ar,$(AR))

PREFIX ?= $(or $(prefix),/usr/local)
SBINDIR ?= $(PREFIX)/sbin
BINDIR ?= $(PREFIX)/bin
# where corosync, logrotate and tandemd itself look, whatever PREFIX is
SYSCONFDIR ?= /etc
OCF_ROOT ?= /usr/lib/ocf

# --- flags --------------------------------------------------------------------------------------------------------
STANDARD := -std=gnu11 -D_GNU_SOURCE
WARNINGS := -Wall -Wextra
WARNINGS_DEVELOPER := -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wconversion -Wno-sign-conversion -Werror
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# clang's objects have a folder of their own: its sanitizer runtime does not go together with gcc's.
MODE := $(if $(DEVELOPER),-san)$(if $(findstring clang,$(CC)),-clang)
OBJ  := $(BUILD)/obj$(MODE)

ifdef DEVELOPER
MODE_CFLAGS  := -O1 -g $(WARNINGS_DEVELOPER) $(SANITIZERS)
MODE_LDFLAGS := $(SANITIZERS)
else
MODE_CFLAGS  := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
MODE_LDFLAGS := -Wl,-z,relro,-z,now
endif

ALL_CFLAGS = $(STANDARD) $(WARNINGS) $(MODE_CFLAGS) -I. -DTANDEM_VERSION='"$(VERSION)"' \
	-DTANDEM_COROSYNC='"$(COROSYNC_VERSION)"' $(LIB_CFLAGS) $(CHECK_CFLAGS) $(CFLAGS_EXTRA)
ALL_LDFLAGS = $(MODE_LDFLAGS) -Wl,--as-needed $(LDFLAGS_EXTRA)

# --- what is built from what --------------------------------------------------------------------------------------
# The daemon folder by kind: mains and the command line tool, adapters, and all the rest, which is pure.
CTL_SOURCES     := $(wildcard daemon/tandemctl*.c daemon/ctl_client*.c)
ADAPTER_SOURCES := $(wildcard daemon/tandemd*.c daemon/io_*.c ha/link_cpg*.c)
PRODUCT_SOURCES := $(wildcard proto/base/*.c proto/*.c core/*.c ha/*.c daemon/*.c)
PURE_SOURCES    := $(filter-out $(CTL_SOURCES) $(ADAPTER_SOURCES),$(PRODUCT_SOURCES))

TANDEMD_SOURCES   := $(PURE_SOURCES) $(ADAPTER_SOURCES)
# the tool reads the configuration and the history itself when the daemon is dead
TANDEMCTL_SOURCES := $(CTL_SOURCES) $(wildcard daemon/conf*.c) core/package.c proto/csta_msg.c daemon/htpass.c daemon/log_limit.c daemon/io_files.c daemon/io_syslog.c daemon/io_cert.c daemon/schema.c $(wildcard proto/base/*.c)

# In a test folder, check_*.c are test programs, emit_*.c write documents for a script to validate, *_testkit.c help the test
# programs; all other files belong to the folder's own program or are helpers.
folder_sources = $(filter-out tests/$(1)/check_%.c tests/$(1)/emit_%.c tests/$(1)/%_testkit.c,$(wildcard tests/$(1)/*.c))
BWSIM_SOURCES      := $(call folder_sources,bwsim)
BWSIM_KIT          := $(wildcard tests/bwsim/*_testkit.c)
CSTACLIENT_SOURCES := $(call folder_sources,cstaclient)
XSIDAY_SOURCES     := $(call folder_sources,xsiday)
RING_SOURCES       := $(call folder_sources,ring)
EXPLORE_SOURCES    := $(call folder_sources,explore)
SIM_SOURCES        := $(call folder_sources,sim)
ACCOUNT_SOURCES    := $(wildcard tests/lab/account*.c)
BENCH_SOURCES      := $(wildcard tests/bench/*.c)
HELPER_SOURCES     := $(call folder_sources,unit) $(call folder_sources,golden) $(call folder_sources,wire) \
	$(call folder_sources,adapter) $(wildcard tests/lib/*.c)

# Archives: a test program is linked with these and gets only the objects it needs.
#   libpure   every pure object        libio   adapters and the parts of tandemd        libctl   the parts of tandemctl
#   libhelp   helpers of the tests     libbwsim, libcstaclient, libsim   the programs of these names
LIBPURE := $(OBJ)/libpure.a
LIBIO   := $(OBJ)/libio.a
LIBCTL  := $(OBJ)/libctl.a
LIBHELP := $(OBJ)/libhelp.a

# Programs. One whose folder is not there is not built.
PROGRAMS := $(if $(wildcard daemon/tandemd.c),$(BUILD)/tandemd) \
	$(if $(wildcard daemon/tandemctl.c),$(BUILD)/tandemctl) \
	$(if $(BWSIM_SOURCES),$(BUILD)/bwsim) \
	$(if $(CSTACLIENT_SOURCES),$(BUILD)/cstaclient) \
	$(if $(XSIDAY_SOURCES),$(BUILD)/xsiday) \
	$(if $(SIM_SOURCES),$(BUILD)/sim) \
	$(if $(RING_SOURCES),$(BUILD)/ringscript) \
	$(if $(EXPLORE_SOURCES),$(BUILD)/explore) \
	$(if $(ACCOUNT_SOURCES),$(BUILD)/account)

# Man pages: those written by hand, and those with a table made of the program (docs/man/NAME.in; @TABLE@ is its place).
MAN_TABLES := $(BUILD)/man-tables
MAN_PAGES  := $(patsubst docs/man/%,$(BUILD)/man/%,$(wildcard docs/man/*.[1-8]) $(patsubst %.in,%,$(wildcard docs/man/*.in))) \
	$(BUILD)/man/tandem.catalog $(BUILD)/man/tandemctl.bash

# Test programs: tests/KIND/check_X.c becomes build/check/check_X.
test_programs = $(patsubst tests/$(1)/%.c,$(BUILD)/check/%,$(wildcard tests/$(1)/check_*.c))
UNIT_TESTS       := $(call test_programs,unit)
GOLDEN_TESTS     := $(call test_programs,golden)
WIRE_TESTS       := $(call test_programs,wire)
ADAPTER_TESTS    := $(call test_programs,adapter)
BWSIM_TESTS      := $(call test_programs,bwsim)
CSTACLIENT_TESTS := $(call test_programs,cstaclient)
SIM_TESTS        := $(call test_programs,sim)
EMITTERS         := $(patsubst tests/unit/%.c,$(BUILD)/check/%,$(wildcard tests/unit/emit_*.c))
BENCHES          := $(BENCH_SOURCES:tests/bench/%.c=$(BUILD)/bench/%)

# What a test exercises is noted while it runs: see tests/coverage/README.md.
SPOOL_OBJECT     := $(OBJ)/tests/coverage/spool.o
COVERAGE_OBJECTS := $(OBJ)/tests/coverage/record.o $(SPOOL_OBJECT)
COVERAGE_WRAP    := $(addprefix -Wl$(,)--wrap=,xsi_decode xsi_op_path xsi_op_cti_path node_out_add)
COVERAGE_NAMES   := $(BUILD)/check/coverage_names

# the longest first
WAITING_FOLDERS  := sim xsiday scenarios load bwsim solo
# These touch nothing outside their process and may run side by side, with lints and schema tests; adapters one by one beside
# them, since all they do is wait.
PARALLEL_TESTS   := $(UNIT_TESTS) $(GOLDEN_TESTS) $(WIRE_TESTS) $(SIM_TESTS)
SEQUENTIAL_TESTS := $(ADAPTER_TESTS)
TEST_PROGRAMS    := $(PARALLEL_TESTS) $(SEQUENTIAL_TESTS) $(BWSIM_TESTS) $(CSTACLIENT_TESTS)
SCRIPT_TESTS     := $(sort $(filter-out $(addprefix tests/,$(addsuffix /%,lab coverage $(WAITING_FOLDERS))), \
	$(wildcard tests/*/test_*.sh)))
# After them live programs on ports of their own: they wait more than they compute, so more of them run side by side.
WAITING_TESTS    := $(foreach dir,$(WAITING_FOLDERS),$(sort $(wildcard tests/$(dir)/test_*.sh))) \
	$(BWSIM_TESTS) $(CSTACLIENT_TESTS)
# Then the live cluster, two tests at a time.
LAB_TESTS        := $(filter-out tests/lab/test_demos.sh,$(sort $(wildcard tests/lab/test_*.sh)))
# What is timed alone; the last ones judge what the others have noted.
LAST_TESTS       := tests/lab/test_demos.sh $(wildcard tests/coverage/test_*.sh)

objects = $(1:%.c=$(OBJ)/%.o)
ALL_OBJECTS := $(call objects,$(sort $(PRODUCT_SOURCES) $(wildcard tests/*/*.c)))

# --- goals --------------------------------------------------------------------------------------------------------
.PHONY: all tests check demo live live-table sim soak scenarios lint format format-check coverage-table install install-files install-sim deb test-deb deps clean distclean \
	help _check _check-build _demo _live FORCE

all: $(PROGRAMS) $(MAN_PAGES)

tests: $(PROGRAMS) $(MAN_TABLES) $(MAN_PAGES) $(TEST_PROGRAMS) $(EMITTERS) $(COVERAGE_NAMES)

help:
	@awk '/^# Goals:/ { show = 1 } !/^#/ { exit } show { sub(/^# ?/, ""); print }' Makefile

deps:
	@sh deploy/install-deps

# The packages come first: without them there is neither a configuration nor a compiler. Then make anew, which now finds
# them; building and running are two calls, since --output-sync would hold back what a long run prints.
SUBMAKE = +@$(MAKE) --no-print-directory
BUILD_JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS) --output-sync=target)

check: $(if $(T),,deps)
	$(SUBMAKE) DEVELOPER=1 $(BUILD_JOBS) _check-build
	$(SUBMAKE) DEVELOPER=1 _check

_check-build: tests $(LIBPURE) $(LIBIO) $(LIBCTL)

_check: _check-build
	@$(LINT_ENV) tests/run -j $(JOBS) $(if $(T),-m '$(T)') \
		tests/lint/run $(PARALLEL_TESTS) $(SCRIPT_TESTS) -- $(SEQUENTIAL_TESTS) -- $(WAITING_TESTS) -- $(LAB_TESTS) -- $(LAST_TESTS)

demo: deps
	$(SUBMAKE) DEVELOPER= $(BUILD_JOBS) all
	$(SUBMAKE) DEVELOPER= _demo

# FAULT=, SEED= and AGENTS= of the command line reach the script through its environment.
_demo: all
	@BUILD=$(BUILD) tests/lab/demo

live: deps
	$(SUBMAKE) DEVELOPER= $(BUILD_JOBS) all
	$(SUBMAKE) DEVELOPER= _live

# SEED has a default here that the script need not know of.
_live: all
	@BUILD=$(BUILD) SEED=$(SEED) tests/live/live

live-table: $(BUILD)/account
	$(BUILD)/account results $(BUILD)/live/report.json docs/failover-results.md docs/failover-results.svg

sim: $(BUILD)/sim
	$(BUILD)/sim --seed $(SEED) $(SIM_ARGS)

.PHONY: explore
explore: $(BUILD)/explore
	$(BUILD)/explore --depth $(DEPTH) --nodes 2
	$(BUILD)/explore --depth $$(($(DEPTH) - 2)) --nodes 3

soak: $(BUILD)/sim
	@BUILD=$(BUILD) tests/sim/soak --seed $(SEED) --seeds $(SEEDS) --jobs $(JOBS) $(SIM_ARGS)

# With the sanitizers, like make check; SEEDS of the command line only, its default is that of make soak.
scenarios:
	$(SUBMAKE) DEVELOPER=1 $(BUILD_JOBS) all
	@BUILD=$(BUILD) tests/scenarios/run --jobs $(JOBS) --seeds $(if $(filter command%,$(origin SEEDS)),$(SEEDS),20) $(S)

# Figures of this machine: only the relations between them mean anything elsewhere.
.PHONY: bench
bench: all $(BENCHES)
	@for bench in $(BENCHES); do $$bench || exit 1; done
	@BUILD=$(BUILD) tests/load/north --sessions 200 --users 400 --rate 40 --seconds 3 --clients 50 --rounds 3 --slack 2

# What the lints need to know; tests/lint/run is one of the tests of make check.
HEADER_CFLAGS = $(STANDARD) $(WARNINGS) $(WARNINGS_DEVELOPER) -I. $(LIB_CFLAGS) $(CHECK_CFLAGS)
LINT_ENV = BUILD=$(BUILD) OBJ=$(OBJ) CC='$(CC)' HEADER_CFLAGS='$(HEADER_CFLAGS)' SHELLCHECK='$(SHELLCHECK)' \
	CLANG_FORMAT='$(CLANG_FORMAT)'

lint: $(LIBPURE) $(LIBIO) $(LIBCTL)
	@$(LINT_ENV) tests/lint/run

format-check:
	@$(LINT_ENV) FORMAT_STRICT=1 tests/lint/run format

coverage-table: $(COVERAGE_NAMES)
	@BUILD=$(BUILD) tests/coverage/make-table --update
	@BUILD=$(BUILD) tests/coverage/validate-csta || [ $$? = 77 ]
	@BUILD=$(BUILD) tests/coverage/make-csta-table --update

# Twice, as comments beside macros settle in the second pass only.
FORMATTED = $(wildcard $(foreach dir,proto/base proto core ha daemon tests/*,$(dir)/*.c $(dir)/*.h))
format:
	@$(CLANG_FORMAT) -i $(FORMATTED) && $(CLANG_FORMAT) -i $(FORMATTED)

clean:
	rm -rf $(BUILD)

distclean: clean
	rm -rf autom4te.cache config.log config.status config.mk configure

# --- install ------------------------------------------------------------------------------------------------------
# install_files(MODE, FOLDER, FILES): nothing at all when there are no such files.
define install_files
	$(if $(3),install -d '$(DESTDIR)$(2)' && install -m $(1) $(3) '$(DESTDIR)$(2)/')
endef

# install_as(MODE, FILE, FROM): under another name, with the paths of this installation in it.
define install_as
	install -d '$(DESTDIR)$(dir $(2))' && $(INSTALL_PATHS) '$(3)' >'$(DESTDIR)$(2)' && chmod $(1) '$(DESTDIR)$(2)'
endef
# install_document(FILE): with links as they lead there, see deploy/doc-links.sed
define install_document
	install -d '$(DESTDIR)$(INSTALL_DOC)' && sed -E -f deploy/doc-links.sed $(1) >'$(DESTDIR)$(INSTALL_DOC)/$(notdir $(1))' && \
		chmod 644 '$(DESTDIR)$(INSTALL_DOC)/$(notdir $(1))'
endef
INSTALL_PATHS = sed -e 's|@SBINDIR@|$(SBINDIR)|g; s|@BINDIR@|$(BINDIR)|g'
# The agent runs from the tree too, so it has the usual paths in place of marks.
AGENT_PATHS = sed -e 's|/usr/sbin/tandemd|$(SBINDIR)/tandemd|g; s|/usr/bin/tandemctl|$(BINDIR)/tandemctl|g'

install: all
	$(SUBMAKE) install-files

# What install does once all is built; tests and packages call it.
install-files: INSTALL_DATA = $(PREFIX)/share/tandem
install-files: INSTALL_DOC = $(PREFIX)/share/doc/tandem
install-files:
	$(call install_files,755,$(SBINDIR),$(BUILD)/tandemd)
	$(call install_files,755,$(BINDIR),$(BUILD)/tandemctl)
	$(call install_as,755,$(OCF_ROOT)/resource.d/tandem/tandemd,deploy/ocf/tandemd)
	$(AGENT_PATHS) -i '$(DESTDIR)$(OCF_ROOT)/resource.d/tandem/tandemd'
	$(call install_as,644,$(PREFIX)/lib/systemd/system/tandemd.service,deploy/systemd/tandemd.service)
	$(call install_as,644,$(PREFIX)/lib/sysusers.d/tandem.conf,deploy/systemd/tandemd.sysusers)
	$(call install_as,644,$(PREFIX)/lib/tmpfiles.d/tandem.conf,deploy/systemd/tandemd.tmpfiles)
	$(call install_as,644,$(SYSCONFDIR)/corosync/uidgid.d/tandem,deploy/corosync/uidgid.d/tandem)
	$(call install_as,644,$(SYSCONFDIR)/logrotate.d/tandem,deploy/logrotate/tandem)
	$(call install_as,644,$(SYSCONFDIR)/apparmor.d/usr.sbin.tandemd,deploy/apparmor/usr.sbin.tandemd)
	install -d -m 750 '$(DESTDIR)$(SYSCONFDIR)/tandem'
	$(call install_as,644,$(PREFIX)/lib/firewalld/services/tandem.xml,deploy/firewall/firewalld-tandem.xml)
	$(call install_as,644,$(PREFIX)/share/bash-completion/completions/tandemctl,$(BUILD)/man/tandemctl.bash)
	$(call install_as,755,$(PREFIX)/lib/nagios/plugins/check_tandem,deploy/nagios/check_tandem)
	$(call install_as,755,$(INSTALL_DATA)/alerts/tandem-alert.sh,deploy/alerts/tandem-alert.sh)
	$(call install_as,755,$(INSTALL_DATA)/snmp/pass_persist.sh,deploy/snmp/pass_persist.sh)
	$(AGENT_PATHS) -i '$(DESTDIR)$(INSTALL_DATA)/snmp/pass_persist.sh'
	$(call install_as,644,$(PREFIX)/share/snmp/mibs/TANDEM-CLUSTER-MIB.txt,deploy/snmp/TANDEM-CLUSTER-MIB.txt)
	$(call install_files,755,$(INSTALL_DATA)/pacemaker,$(wildcard deploy/pacemaker/setup-*.sh))
	$(call install_files,644,$(INSTALL_DATA)/pacemaker,$(wildcard deploy/pacemaker/*.xml deploy/pacemaker/lib.sh))
	$(call install_files,755,$(INSTALL_DATA)/pacemaker/fencing,$(filter-out %/lib.sh,$(wildcard deploy/pacemaker/fencing/*.sh)))
	$(call install_files,644,$(INSTALL_DATA)/pacemaker/fencing,$(wildcard deploy/pacemaker/fencing/lib.sh))
	$(call install_files,644,$(INSTALL_DATA)/prometheus,$(filter-out %.test.yml,$(wildcard deploy/prometheus/*)))
	$(call install_files,644,$(INSTALL_DATA)/grafana,$(wildcard deploy/grafana/*))
	$(foreach section,5 7 8,$(call install_files,644,$(PREFIX)/share/man/man$(section),$(filter %.$(section),$(MAN_PAGES)))$(NEWLINE)	)
	$(call install_files,644,$(PREFIX)/lib/systemd/catalog,$(BUILD)/man/tandem.catalog)
	$(call install_files,644,$(INSTALL_DOC),LICENSE $(wildcard docs/*.svg))
	$(foreach file,README.md NEWS.md ARCHITECTURE.md $(wildcard docs/*.md),$(call install_document,$(file))$(NEWLINE)	)
	$(call install_files,644,$(INSTALL_DOC)/fencing,deploy/pacemaker/fencing/README.md)
	$(call install_files,644,$(INSTALL_DOC)/examples,deploy/tandem.conf $(wildcard deploy/corosync/*.conf) \
		deploy/firewall/nftables.conf deploy/systemd/resource-agents-deps-tandem.conf)

# The simulator's programs, under names that say whose they are.
SIM_PROGRAMS = bwsim cstaclient xsiday
install-sim:
	$(foreach name,$(SIM_PROGRAMS),install -D -m 755 $(BUILD)/$(name) '$(DESTDIR)$(BINDIR)/tandem-$(name)' &&) \
		install -D -m 755 $(BUILD)/sim '$(DESTDIR)$(BINDIR)/tandem-sim'
	$(call install_files,644,$(PREFIX)/share/man/man1,$(BUILD)/man/tandem-sim.1)

# --- packages -----------------------------------------------------------------------------------------------------
# Built in a copy, since the top of the tree has no debian folder. The packages are in $(DEB) afterwards.
DEB = $(BUILD)/deb
DEB_SOURCE = $(DEB)/tandem-$(VERSION)

deb: config.mk
	@TANDEM_DEPS_LIST=deploy/deps.packages sh deploy/install-deps
	@rm -rf '$(DEB_SOURCE)' && mkdir -p '$(DEB_SOURCE)'
	@{ git ls-files 2>/dev/null || find . -path './build*' -prune -o -type f -print; } | tar -cf - -T - | tar -xf - -C '$(DEB_SOURCE)'
	@cp -R deploy/debian '$(DEB_SOURCE)/debian' && cd '$(DEB_SOURCE)/debian' && rm changelog.in && \
		sed -e 's/@VERSION@/$(VERSION)/' -e "s/@DATE@/$$(LC_ALL=C date -u -R -d '$(RELEASE_DATE)')/" \
		'$(CURDIR)/deploy/debian/changelog.in' >changelog
	cd '$(DEB_SOURCE)' && DEB_BUILD_OPTIONS='nocheck parallel=$(JOBS) $(DEB_BUILD_OPTIONS)' \
		dpkg-buildpackage -us -uc -b $(if $(V),,>../build.log 2>&1 || { tail -n 30 ../build.log; exit 1; })
	@ls $(DEB)/*.deb

test-deb: deb
	@BUILD=$(BUILD) DEB=$(DEB) tests/deploy/package
	@BUILD=$(BUILD) DEB=$(DEB) tests/deploy/service

# --- rules --------------------------------------------------------------------------------------------------------
ifndef V
QUIET_CC   = @echo "  CC    $@";
QUIET_AR   = @echo "  AR    $@";
QUIET_LINK = @echo "  LINK  $@";
endif

# A file that holds TEXT and gets a new time only when the text changes: stale(FILE, TEXT)
stale = @mkdir -p $(dir $(1)); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || \
	printf '%s\n' '$(subst ','\'',$(2))' >$(1)

$(OBJ)/flags: FORCE
	$(call stale,$@,$(CC) $(ALL_CFLAGS))
# Programs have one place whatever the mode, so that every script finds them: they are linked anew when it changes.
$(BUILD)/mode: FORCE
	$(call stale,$@,$(OBJ) $(CC) $(ALL_LDFLAGS) $(LIB_LIBS))

$(OBJ)/%.o: %.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(QUIET_CC) $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The assembler takes these in.
$(OBJ)/daemon/tandemctl_texts.o: docs/man/conf-keys.txt
$(OBJ)/daemon/schema.o: $(wildcard docs/schema/*.json)

# archive(FILE, SOURCES): made anew from scratch, also when a source has gone away.
define archive
$(1).members: FORCE
	$$(call stale,$$@,$(2))
$(1): $(call objects,$(2)) $(1).members
	@rm -f $$@
	$$(QUIET_AR) $$(AR) rcs $$@ $(call objects,$(2))
endef
$(eval $(call archive,$(LIBPURE),$(PURE_SOURCES)))
$(eval $(call archive,$(LIBIO),$(ADAPTER_SOURCES)))
$(eval $(call archive,$(LIBCTL),$(CTL_SOURCES)))
$(eval $(call archive,$(LIBHELP),$(HELPER_SOURCES)))
$(eval $(call archive,$(OBJ)/libbwsim.a,$(BWSIM_SOURCES) $(BWSIM_KIT)))
$(eval $(call archive,$(OBJ)/libcstaclient.a,$(CSTACLIENT_SOURCES)))
$(eval $(call archive,$(OBJ)/libsim.a,$(SIM_SOURCES)))

# Objects and archives in the order of the prerequisites, then all libraries; --as-needed drops the unused ones.
LINK = $(QUIET_LINK) mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIB_LIBS)

$(BUILD)/tandemd: $(call objects,$(TANDEMD_SOURCES))
$(BUILD)/tandemctl: $(call objects,$(TANDEMCTL_SOURCES))
# The simulator, the client and the judge share nothing with the product: a mistake must not cancel itself out.
$(BUILD)/bwsim: $(call objects,$(BWSIM_SOURCES))
$(BUILD)/cstaclient: $(call objects,$(CSTACLIENT_SOURCES)) $(SPOOL_OBJECT)
$(BUILD)/xsiday: $(call objects,$(XSIDAY_SOURCES))
$(BUILD)/sim: $(call objects,$(SIM_SOURCES)) $(COVERAGE_OBJECTS) $(LIBPURE)
# the simulated ring without the nodes on it, and the adapter of the real one
$(BUILD)/ringscript: $(call objects,$(RING_SOURCES) tests/sim/sim_ring.c tests/sim/sim_world.c) $(LIBIO) $(LIBPURE)
# its own memory in place of proto/base/mem.c
$(BUILD)/explore: $(call objects,$(EXPLORE_SOURCES)) $(LIBPURE)
$(BUILD)/account: $(call objects,$(ACCOUNT_SOURCES))
$(BUILD)/account: LINK += -lm
$(PROGRAMS): $(BUILD)/mode
	$(LINK)

$(UNIT_TESTS): $(BUILD)/check/%: $(OBJ)/tests/unit/%.o $(LIBHELP) $(LIBCTL) $(LIBPURE)
$(GOLDEN_TESTS): $(BUILD)/check/%: $(OBJ)/tests/golden/%.o $(LIBHELP) $(LIBPURE)
$(WIRE_TESTS): $(BUILD)/check/%: $(OBJ)/tests/wire/%.o $(LIBHELP) $(LIBPURE)
$(ADAPTER_TESTS): $(BUILD)/check/%: $(OBJ)/tests/adapter/%.o $(LIBHELP) $(LIBIO) $(LIBCTL) $(LIBPURE)
$(BWSIM_TESTS): $(BUILD)/check/%: $(OBJ)/tests/bwsim/%.o $(OBJ)/libbwsim.a $(LIBHELP) $(LIBPURE)
$(CSTACLIENT_TESTS): $(BUILD)/check/%: $(OBJ)/tests/cstaclient/%.o $(OBJ)/libcstaclient.a $(LIBHELP) $(LIBPURE)
$(SIM_TESTS): $(BUILD)/check/%: $(OBJ)/tests/sim/%.o $(OBJ)/libsim.a $(LIBHELP) $(LIBPURE)
$(TEST_PROGRAMS): $(COVERAGE_OBJECTS) $(BUILD)/mode
	$(LINK) $(CHECK_LIBS)
$(TEST_PROGRAMS) $(BUILD)/sim: LINK += $(COVERAGE_WRAP)

$(COVERAGE_NAMES): $(OBJ)/tests/coverage/names.o $(SPOOL_OBJECT) $(LIBPURE) $(BUILD)/mode
	$(LINK)

$(EMITTERS): $(BUILD)/check/%: $(OBJ)/tests/unit/%.o $(LIBHELP) $(LIBPURE) $(BUILD)/mode
	$(LINK)

$(BENCHES): $(BUILD)/bench/%: $(OBJ)/tests/bench/%.o $(LIBIO) $(LIBPURE) $(BUILD)/mode
	$(LINK)

# --- man pages ----------------------------------------------------------------------------------------------------
# What the tables have and the texts have not is told here, and fails in tests/deploy/test_man.sh.
$(MAN_TABLES): $(OBJ)/docs/man/tables.o $(LIBPURE) $(BUILD)/mode
	$(LINK)

QUIET_MAN = $(if $(V),,@echo "  MAN   $@";)
MAN_FILL = sed -e '/^@TABLE@$$/{r $@.table' -e 'd;}' -e 's/@VERSION@/$(VERSION)/; s/\$$Mdocdate\$$/$(RELEASE_DATE)/'

$(BUILD)/man/tandem.conf.5.table: docs/man/conf-keys.txt $(MAN_TABLES)
	@mkdir -p $(@D); $(MAN_TABLES) conf $< >$@ || true
$(BUILD)/man/tandem-messages.7.table: $(MAN_TABLES)
	@mkdir -p $(@D); $(MAN_TABLES) messages >$@
$(BUILD)/man/tandem.catalog: $(MAN_TABLES)
	@mkdir -p $(@D); $(MAN_TABLES) catalog >$@
$(BUILD)/man/tandemctl.8.table: docs/man/help.awk $(BUILD)/tandemctl
	@mkdir -p $(@D); $(BUILD)/tandemctl --help | awk -f $< >$@
$(BUILD)/man/tandemctl.bash: $(BUILD)/tandemctl
	@mkdir -p $(@D); $(BUILD)/tandemctl completion bash >$@
$(BUILD)/man/ocf_tandem_tandemd.7.table: docs/man/metadata.awk deploy/ocf/tandemd
	@mkdir -p $(@D); sed -n "/^cat <<'X'/,/^X$$/p; /^	cat <<'X'/,/^X$$/p" deploy/ocf/tandemd | awk -f $< >$@
$(BUILD)/man/%: docs/man/%.in $(BUILD)/man/%.table
	$(QUIET_MAN) $(MAN_FILL) $< >$@
$(BUILD)/man/%: docs/man/%
	@mkdir -p $(@D)
	$(QUIET_MAN) $(MAN_FILL) $< >$@

# --- bootstrap ----------------------------------------------------------------------------------------------------
# autoconf's scripts tidy up with "rm -f core", a file for them and a folder for us: that word is taken out.
configure: configure.ac
	@command -v autoconf >/dev/null || { echo "autoconf is missing. Run: make deps" >&2; exit 1; }
	@echo "  configure"; autoconf -o - | sed 's/rm -f core /rm -f /' >$@ && chmod +x $@

config.mk: config.mk.in configure
	@if [ -x config.status ]; then ./config.status --quiet --recheck && ./config.status --quiet; \
		else ./configure --quiet; fi
	@touch $@

-include $(ALL_OBJECTS:.o=.d) $(OBJ)/docs/man/tables.d
