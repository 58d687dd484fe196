# growth_index: build, install and the project's commands.
#
#   make, make install          for a server that is there (PG_CONFIG=... chooses it)
#   make stage                  install into build/stage: no system folder is written
#   make installcheck           the type tests, on the server that libpq finds
#   make demo test bench psql clean-demo docs
#                               each does all of its set-up by itself (tools/)

EXTENSION = growth_index
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" growth_index.control)
MODULE_big = growth_index

SOURCES = $(sort $(wildcard src/*.c src/engine/*/*.c))
OBJS = $(SOURCES:.c=.o)
PROJECT_HEADERS = $(wildcard src/*.h src/engine/*.h src/engine/*/*.h)

# The install script: the declarations that stand beside the code, in order of use:
# a folder's file of its own name, or folder/file.
ENGINE_SQL = number rating credit_code profile expression scorecard policy_set statistics statistics/composite statistics/evidence pmml/tree pmml/expression pmml pmml_export
PLATFORM_SQL = catalogue roles enterprise observation archive upload csv scoring policy match tally simulate refresh fit review holiday \
	entitlement proposal ledger payment step recovery allocation daily bank reconcile consent finance credit \
	pack pack_shipped drawing picture peer portrait schedule views cockpit guard security
INSTALL_SQL = src/header.sql \
	$(wildcard $(foreach c,$(ENGINE_SQL),src/engine/$(if $(findstring /,$(c)),$(c),$(c)/$(c)).sql)) \
	$(wildcard $(foreach c,$(PLATFORM_SQL),src/platform/$(c).sql))
FORGOTTEN_SQL = $(filter-out $(INSTALL_SQL),$(sort $(wildcard src/*.sql src/engine/*/*.sql src/platform/*.sql)))
ifneq ($(FORGOTTEN_SQL),)
$(error not in the list of the install script: $(FORGOTTEN_SQL))
endif

DATA_built = $(EXTENSION)--$(EXTVERSION).sql
EXTRA_CLEAN = $(DATA_built) build

REGRESS = $(sort $(basename $(notdir $(wildcard sql/*.sql))))
REGRESS_OPTS = --load-extension=$(EXTENSION)

# the server's own headers are not written for -Wextra
PG_CFLAGS = -Wall -Wextra
# a function of the module calls another of it directly, which no other library can put itself between
PG_CFLAGS += -fno-semantic-interposition
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server)

# `make demo DATA=folder` speaks of the demo's data; to PGXS the name means files to install
DEMO_DATA := $(DATA)
override DATA =
unexport DATA

.DEFAULT_GOAL := all
PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

ifneq ($(PGXS),)

# Bitcode for the JIT is an extra: without its compiler the build goes on.
PGXS_GLOBAL := $(dir $(PGXS))../Makefile.global
LLVM_NEEDS := $(shell sed -n 's/^CLANG = //p; s|^LLVM_BINPATH = \(.*\)|\1/llvm-lto|p' $(PGXS_GLOBAL))
ifneq ($(words $(wildcard $(LLVM_NEEDS))),2)
override with_llvm = no
endif

include $(PGXS)

ifeq ($(PORTNAME), linux)
SHLIB_LINK += -Wl,-Bsymbolic-functions
endif

# the server's flags are gcc's; clang knows them in part
ifneq ($(findstring clang,$(CC)),)
override CFLAGS := $(filter-out -fexcess-precision=standard -Wno-format-truncation \
	-Wno-stringop-truncation -Wimplicit-fallthrough=3,$(CFLAGS))
endif

# All objects depend on all headers, and on the server and the flags that they are built with.
# A build with -Werror is good for one without, not the other way round.
BUILD_FLAGS := $(VERSION) $(CC) $(filter-out -Werror,$(CFLAGS)) $(filter -Werror,$(COPT))
BUILD_FLAGS_OLD := $(shell cat build/flags 2>/dev/null)
ifeq ($(filter clean distclean maintainer-clean,$(MAKECMDGOALS)),)
ifneq ($(strip $(BUILD_FLAGS_OLD)),$(strip $(BUILD_FLAGS)))
ifneq ($(strip $(BUILD_FLAGS_OLD)),$(strip $(BUILD_FLAGS) -Werror))
$(shell mkdir -p build && echo '$(strip $(BUILD_FLAGS))' > build/flags)
endif
endif
endif
$(OBJS): build/flags
$(OBJS) $(OBJS:.o=.bc): $(PROJECT_HEADERS) Makefile

# a line "@COMPARISON type prefix@" stands for the operators that all types have
COMPARISON = src/engine/comparison.sql.in
EXPAND = /^@COMPARISON / { sub(/@$$/, ""); type = $$2; prefix = $$3; \
	while ((getline line < "$(COMPARISON)") > 0) { \
		gsub(/@TYPE@/, type, line); gsub(/@PREFIX@/, prefix, line); print line }; \
	close("$(COMPARISON)"); next } { print }

$(DATA_built): $(INSTALL_SQL) $(COMPARISON) growth_index.control Makefile
	for file in $(INSTALL_SQL); do \
		case $$file in */header.sql) ;; *) printf '\n/* %s */\n' $$file ;; esac; \
		awk '$(EXPAND)' $$file || exit 1; \
	done > $@

.PHONY: stage
stage: all
	rm -rf build/stage
	$(MAKE) --no-print-directory install DESTDIR='$(CURDIR)/build/stage'

else

all install installcheck stage clean:
	$(error $(PG_CONFIG) --pgxs finds no PGXS: install the server's development files, or run tools/setup.sh)

endif

.PHONY: demo test bench exact psql clean-demo docs
demo:
	@DATA='$(DEMO_DATA)' tools/demo.sh
test:
	@tools/test.sh
exact:
	@tools/test.sh exact
bench:
	@tools/bench.sh
psql:
	@tools/psql.sh
clean-demo:
	@tools/clean-demo.sh
docs:
	@tools/reference.sh
