# Loket. Targets: all (default), run, stop, check, fuzz, bench, install, deps,
# format, tidy, clean. Everything that is built lies under $(BUILD).

PREFIX ?= /usr/local
BINDIR = $(PREFIX)/bin
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
SHAREDIR = $(PREFIX)/share/loket
UNITDIR ?= $(PREFIX)/lib/systemd/system
BUILD ?= build
CC ?= gcc
PKG_CONFIG ?= pkg-config

PACKAGES = gmime-3.0 glib-2.0 gthread-2.0 sqlite3 libpcre2-8 libconfuse \
	   libcurl jansson libxml-2.0 libical libzstd libexttextcat libsystemd
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null | \
	      sed 's/-I/-isystem /g')
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
       -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
       -Wvla -Wundef -Wformat=2 -Wswitch-enum -Wconversion \
       -Wno-sign-conversion -Wimplicit-fallthrough
ifdef CI
WARN += -Werror
endif
HARDEN = -fstack-protector-strong -fPIE -fstack-clash-protection
HARDEN_LD = -pie -Wl,-z,relro -Wl,-z,now
ifdef SANITIZE
HARDEN = -fPIE -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined \
	 -fno-omit-frame-pointer
HARDEN_LD = -pie -fsanitize=$(SANITIZE)
else
FORTIFY = -D_FORTIFY_SOURCE=2
endif

CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c17 -D_XOPEN_SOURCE=700 $(FORTIFY) -Iinclude \
	     $(PKG_CFLAGS) $(WARN) $(HARDEN) $(CFLAGS)
LIBS = $(PKG_LIBS) -lpthread -lm

LIB_SRC := $(sort $(wildcard lib/*/*.c))
MILTER_SRC := $(sort $(wildcard milter/*.c))
CLI_SRC := $(sort $(wildcard cli/*.c))
TEST_SRC := $(sort $(wildcard tests/unit/*_test.c))
obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(TEST_SRC))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*_fuzz.c))
FUZZERS := $(patsubst tests/fuzz/%_fuzz.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
PROGRAMS = $(BUILD)/loketd $(BUILD)/loket

all: $(PROGRAMS)
loketd: $(BUILD)/loketd
loket: $(BUILD)/loket

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The one file that knows where it will be installed.
$(BUILD)/obj/lib/config/datadir.o: $(BUILD)/sharedir
$(BUILD)/obj/lib/config/datadir.o: ALL_CFLAGS += \
	-DLOKET_DATADIR='"$(SHAREDIR)"'
$(BUILD)/sharedir: FORCE
	@mkdir -p $(@D)
	@echo '$(SHAREDIR)' | cmp -s - $@ || echo '$(SHAREDIR)' > $@

$(BUILD)/libloket.a: $(call obj,$(LIB_SRC))
	@rm -f $@
	@ar qcs $@ $^

$(BUILD)/loketd: $(call obj,$(MILTER_SRC)) $(BUILD)/libloket.a
	@echo "  LD $@"
	@$(CC) $(HARDEN_LD) $(LDFLAGS) -o $@ $^ -lmilter $(LIBS)

$(BUILD)/loket: $(call obj,$(CLI_SRC)) $(BUILD)/libloket.a
	@echo "  LD $@"
	@$(CC) $(HARDEN_LD) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libloket.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(HARDEN_LD) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		$(BUILD)/libloket.a -lcmocka $(LIBS)

# They need no libmilter, so they can be tested like lib/; verdict_test brings
# what it needs of it.
$(BUILD)/tests/message_test: $(call obj,milter/message.c)
$(BUILD)/tests/verdict_test: $(call obj,milter/verdict.c)
$(BUILD)/fuzz/message: $(call obj,milter/message.c)

unit-tests: $(TESTS)

# Without libFuzzer they read each file that is named once, and end.
FUZZ_MAIN ?= $(call obj,tests/fuzz/replay.c)
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(filter %.o,$(FUZZ_MAIN)) \
		 $(BUILD)/libloket.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(HARDEN_LD) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		$(filter-out %.o,$(FUZZ_MAIN)) $(BUILD)/libloket.a $(LIBS)

fuzz-targets: $(FUZZERS)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(HARDEN_LD) $(LDFLAGS) -o $@ $^ $(LIBS)

# What building, testing and running need: Debian's packages, and a Postfix
# that is unpacked, not installed; the tests need a Sendmail and OpenDKIM too.
deps:
	@scripts/install-packages
	@scripts/unpack-postfix build/parts

test-deps: deps
	@scripts/unpack-sendmail build/parts
	@scripts/unpack-opendkim build/parts

# Packages may have come just now, so make starts anew after deps.
run: deps
	@$(MAKE) --no-print-directory all
	@LOKET_BUILD=$(BUILD) KEEP=$(KEEP) scripts/run

stop:
	@scripts/run stop

# Everything twice: as it is shipped, and with sanitizers in build/san; there
# without the mail server tests that wait for long.
JOBS := $(shell nproc)
PROVE = prove --timer
PROVE_MANY = $(PROVE) --jobs $(JOBS)
UNIT_ENV = CMOCKA_MESSAGE_OUTPUT=TAP G_SLICE=always-malloc \
	   G_DEBUG=fatal-criticals
SAN = BUILD=build/san SANITIZE=address,undefined
SAN_ENV = LOKET_QUICK=1 ASAN_OPTIONS=abort_on_error=1 \
	  UBSAN_OPTIONS=print_stacktrace=1 G_SLICE=always-malloc \
	  G_DEBUG=fatal-criticals

check: test-deps
	@$(MAKE) -j$(JOBS) --no-print-directory CI=1 all unit-tests
	@$(MAKE) -j$(JOBS) --no-print-directory CI=1 $(SAN) all unit-tests \
		fuzz-targets san-conf
	$(PROVE) tests/house
	$(UNIT_ENV) $(PROVE_MANY) -e '' $(TESTS)
	$(UNIT_ENV) $(SAN_ENV) $(PROVE_MANY) -e '' \
		$(TESTS:build/%=build/san/%)
	$(SAN_ENV) LOKET_BUILD=build/san $(PROVE) tests/fuzz
	LOKET_BUILD=build $(PROVE_MANY) tests/cli
	$(SAN_ENV) LOKET_BUILD=build/san $(PROVE_MANY) tests/cli
	LOKET_BUILD=build $(PROVE) tests/mta
	$(SAN_ENV) LOKET_BUILD=build/san $(PROVE) $(MTA_SAN_TESTS)

MTA_SAN_TESTS = tests/mta/way.t tests/mta/server.t tests/mta/thread.t \
		tests/mta/start.t tests/mta/odd.t tests/mta/protocol.t

# The programs look for ../conf beside their own directory.
san-conf:
	@ln -sfn ../conf build/conf

# Each target for FUZZ_S seconds, or only those of FUZZ.
FUZZ_S ?= 600
fuzz:
	@scripts/install-packages clang libclang-rt-14-dev
	@$(MAKE) --no-print-directory CC=clang BUILD=build/fuzz \
		SANITIZE=fuzzer-no-link,address,undefined \
		FUZZ_MAIN=-fsanitize=fuzzer fuzz-targets
	@tests/fuzz/run $(FUZZ_S) $(FUZZ)

# Ratios on this machine, each of one run. The unpacked Postfix has the server
# that takes the notifications.
bench: deps
	@$(MAKE) --no-print-directory all $(BUILD)/bench/flood
	@LOKET_BUILD=$(BUILD) tests/bench/deadline
	@LOKET_BUILD=$(BUILD) tests/bench/flood

install: all
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(BINDIR) \
		$(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 \
		$(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(UNITDIR) \
		$(DESTDIR)$(SHAREDIR)
	install $(BUILD)/loketd $(DESTDIR)$(SBINDIR)/loketd
	install $(BUILD)/loket $(DESTDIR)$(BINDIR)/loket
	umask 022; cp -R conf/holidays conf/languages conf/templates \
		$(DESTDIR)$(SHAREDIR)/
	install -m 644 conf/loket.conf $(DESTDIR)$(SHAREDIR)/loket.conf
	install -m 644 cli/loket.1 $(DESTDIR)$(MANDIR)/man1/
	install -m 644 milter/loket.conf.5 $(DESTDIR)$(MANDIR)/man5/
	install -m 644 milter/loketd.8 $(DESTDIR)$(MANDIR)/man8/
	umask 022; sed 's,@SBINDIR@,$(SBINDIR),' contrib/systemd/loketd.service \
		> $(DESTDIR)$(UNITDIR)/loketd.service

format:
	clang-format -i */*.c */*.h */*/*.c */*/*.h

tidy:
	clang-tidy -quiet $(LIB_SRC) $(MILTER_SRC) $(CLI_SRC) -- \
		$(filter-out -fstack-clash-protection,$(ALL_CFLAGS))

clean:
	rm -rf build

FORCE:

.PHONY: FORCE all loketd loket unit-tests fuzz-targets deps test-deps run stop \
	check san-conf fuzz bench install format tidy clean
.SECONDARY:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
