# The commands of the project. Each installs what it needs first (scripts/setup; on a system that is
# no Debian, say `make test SETUP=:` once the packages are there by other means).
#
#   make run      build and run three nodes that exchange a hundred MiB, one of them killed on the way
#   make reachability   build and run that example
#   make test     build and run all tests
#   make bench    build and run the benchmarks; the numbers are in build/bench.json
#   make build    release build of the library and the examples
#   make format   put the code into shape
#   make check    is it in shape: formatting, self-contained headers, the rules of docs/style.md
#   make setup    install everything the project can make use of
#
# CMAKE_FLAGS is passed to cmake when it configures, ARGS to what is run.

SETUP ?= scripts/setup
CMAKE_FLAGS ?=
ARGS ?=

# Where the benchmarks look for the large inputs. Those they do not find they make up.
DATA ?= $(wildcard ../shared/data)

CODE = $(shell find $(wildcard weir tests bench fuzz examples tools cmake) -name '*.h' -o -name '*.cc')

.PHONY: run reachability test bench build format check setup

run:
	$(SETUP) run
	cmake --preset release $(CMAKE_FLAGS)
	cmake --build --preset release --target three_nodes
	build/release/tools/weir_node/three_nodes $(ARGS)

reachability:
	$(SETUP) run
	cmake --preset release $(CMAKE_FLAGS)
	cmake --build --preset release --target reachability
	build/release/examples/reachability $(ARGS)

test:
	$(SETUP) test
	cmake --preset debug $(CMAKE_FLAGS)
	cmake --build --preset debug
	ctest --preset debug $(ARGS)

bench:
	$(SETUP) bench
	cmake --preset release -DWEIR_BUILD_BENCH=ON $(CMAKE_FLAGS)
	cmake --build --preset release
	cmake --preset release -B build/clang -DCMAKE_CXX_COMPILER=clang++-19 -DWEIR_BUILD_BENCH=ON
	cmake --build build/clang --target loops
	build/release/bench/weir_bench --out build/bench.json --clang-loops build/clang/bench/loops \
	  $(if $(DATA),--data $(DATA)) $(ARGS)

build:
	$(SETUP) run
	cmake --preset release $(CMAKE_FLAGS)
	cmake --build --preset release

format:
	$(SETUP) ci
	clang-format-14 -i $(CODE)

check:
	$(SETUP) ci
	clang-format-14 --dry-run -Werror $(CODE)
	cmake --preset debug $(CMAKE_FLAGS)
	cmake --build --preset debug --target all_verify_interface_header_sets tidy_test
	ctest --preset debug -R '^tidy_test$$'

setup:
	$(SETUP) all
