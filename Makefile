# growth_index: build, install and the project's commands.
#
#   make && make install     for an existing server
#   make demo | test | bench each does all of its set-up by itself

EXTENSION = growth_index
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" growth_index.control)
MODULE_big = growth_index

SOURCES = $(sort $(wildcard src/*.c src/engine/*/*.c))
OBJS = $(SOURCES:.c=.o)
HEADERS = $(wildcard src/*.h src/engine/*/*.h)

# The install script: the declarations that stand beside the code, in order of use.
ENGINE_SQL = rating credit_code profile expression scorecard
PLATFORM_SQL = catalogue enterprise observation upload scoring policy match refresh \
	entitlement payment finance portrait schedule views security
INSTALL_SQL = src/header.sql \
	$(wildcard $(foreach c,$(ENGINE_SQL),src/engine/$(c)/$(c).sql)) \
	$(wildcard $(foreach c,$(PLATFORM_SQL),src/platform/$(c).sql))
DATA_built = $(EXTENSION)--$(EXTVERSION).sql

PG_CFLAGS = -Wall -Wextra -O2
# the server's own headers are not written for -Wextra
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server)
EXTRA_CLEAN = $(DATA_built) build

PG_CONFIG ?= pg_config

COMMANDS = demo test bench exact psql clean-demo docs
ifneq ($(filter $(COMMANDS),$(MAKECMDGOALS)),)
# a command does its set-up itself, before pg_config need be there
.PHONY: $(COMMANDS)
demo:
	@tools/demo.sh
test:
	@tools/test.sh
bench:
	@tools/bench.sh
psql:
	@tools/psql.sh
clean-demo:
	@tools/clean-demo.sh
docs:
	@tools/reference.sh
else
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS) $(OBJS:.o=.bc): $(HEADERS)

$(DATA_built): $(INSTALL_SQL) growth_index.control Makefile
	cat $(INSTALL_SQL) > $@
endif
