# Loket. Targets: all (default), check, run, stop, install, deps, format, tidy,
# clean. Everything that is built lies under $(BUILD).

PREFIX ?= /usr/local
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
ALL_CFLAGS = -std=c17 -D_POSIX_C_SOURCE=200809L $(FORTIFY) -Iinclude \
	     -DLOKET_DATADIR='"$(PREFIX)/share/loket"' $(PKG_CFLAGS) \
	     $(WARN) $(HARDEN) $(CFLAGS)
LIBS = $(PKG_LIBS) -lpthread -lm

LIB_SRC := $(sort $(wildcard lib/*/*.c))
MILTER_SRC := $(sort $(wildcard milter/*.c))
CLI_SRC := $(sort $(wildcard cli/*.c))
TEST_SRC := $(sort $(wildcard tests/unit/*_test.c))
obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(TEST_SRC))
PROGRAMS = $(BUILD)/loketd $(BUILD)/loket

all: $(PROGRAMS)
loketd: $(BUILD)/loketd
loket: $(BUILD)/loket

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

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
	@$(CC) $(HARDEN_LD) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

unit-tests: $(TESTS)

clean:
	rm -rf build

.PHONY: all loketd loket unit-tests clean
.SECONDARY:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
