# The commands that build, test and install notes-gateway. `make help` lists them.

SWIFT ?= swift
PYTHON ?= /usr/bin/python3
PREFIX ?= /usr/local
DESTDIR ?=
UNITDIR ?= $(PREFIX)/lib/systemd/system
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
INSTALL_PROGRAM ?= install -D -s -m 755
PYTEST = $(PYTHON) -B -m pytest -p no:cacheprovider

PROGRAM = .build/release/notes-gateway
# Static, so that the program runs where no Swift is; bound at start, so that nothing is looked up
# while it serves; without the name of the directory, so that each builds the same.
RELEASE = -c release --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now \
  -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=.
STRICT = --explicit-target-dependency-import-check error
# A crash under a sanitizer must end, not wait for a backtrace. XCTest, which is not used, leaks.
SANITIZED = SWIFT_BACKTRACE=enable=no NOTES_GATEWAY_SLOW=4 \
  LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/leaks.supp:print_suppressions=0

# What `make simulate` runs: so many seeds, or one, with all that happens in it.
SEEDS ?= 1000
SEED ?=

# What `make fuzz` runs: one target or all, each for so many seconds, or for so many inputs.
TARGET ?=
TIME ?= 60
RUNS ?=

# What `make bench` runs: all scenarios or some, with commas between them, so many rounds of each.
ONLY ?=
ROUNDS ?= 5
QUICK ?=
DOCUMENT ?=

SWIFT_SOURCES = Package.swift Sources Tests Fuzz/Package.swift

.PHONY: help build demo test unit-test end-to-end-test check simulate soak turnover scrape fuzz \
  bench bench-test format asan tsan install install-files package package-test clean \
  dependencies test-dependencies

help:
	@echo "make demo      build, and run a gateway, a notes API and a page on this machine"
	@echo "make test      build, and run all tests"
	@echo "make build     the program: $(PROGRAM)"
	@echo "make check     format, style, imports, and 1500 seeds of the simulation"
	@echo "make simulate  the logic in memory: SEEDS=1000, or SEED=123 to see what happens in one"
	@echo "make soak      a crowd of bad clients beside a pair of good ones: times, memory, what is left"
	@echo "make turnover  reload, stop and replace a gateway that a thousand clients use"
	@echo "make scrape    Prometheus, with the alerts and the dashboard of conf/, on a gateway in use"
	@echo "make fuzz      the readers of untrusted bytes: TIME=60 seconds each, or RUNS=1000000 inputs;"
	@echo "               TARGET=request for one of them"
	@echo "make bench     beside its rivals: ONLY=fanout,proxy ROUNDS=5; QUICK=1 ROUNDS=1 to try it;"
	@echo "               DOCUMENT=1 puts the tables into docs/BENCHMARKS.md"
	@echo "make format    format the Swift sources"
	@echo "make asan      all tests under AddressSanitizer"
	@echo "make tsan      all tests under ThreadSanitizer"
	@echo "make install   into \$$DESTDIR\$$PREFIX"
	@echo "make package   a Debian package, one with its symbols, and an archive, in dist/"
	@echo "make package-test  install, upgrade, run and remove these in a small Debian of their own"

dependencies:
	@scripts/install-dependencies

test-dependencies:
	@scripts/install-dependencies test

build: dependencies
	$(SWIFT) build $(RELEASE) --product notes-gateway

demo: build
	@$(PROGRAM) demo

test: test-dependencies build unit-test end-to-end-test

unit-test: test-dependencies
	$(SWIFT) test $(STRICT)

end-to-end-test: test-dependencies build
	NOTES_GATEWAY=$(PROGRAM) $(PYTEST) -q Tests/EndToEndTests
	$(PYTEST) -q Benchmarks/Tests/test_allocations.py

check: test-dependencies
	$(SWIFT) format lint --strict --recursive --parallel $(SWIFT_SOURCES)
	$(PYTEST) -q Tests/TidyTests Benchmarks/Tests/test_figures.py Benchmarks/Tests/test_table.py \
	  Benchmarks/Tests/test_run.py
	$(SWIFT) build $(STRICT)
	@$(MAKE) simulate SEEDS=1500

simulate: dependencies
	$(SWIFT) build $(RELEASE) --product simulate
	@.build/release/simulate $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

soak: test-dependencies build
	NOTES_GATEWAY=$(PROGRAM) $(PYTHON) -B Tests/Soak/crowd.py

turnover: test-dependencies build
	NOTES_GATEWAY=$(PROGRAM) $(PYTHON) -B Tests/Soak/turnover.py

scrape: test-dependencies build
	NOTES_GATEWAY=$(PROGRAM) $(PYTHON) -B Tests/Soak/scrape.py

# Both sanitizers by one flag: of two --sanitize, the last would win.
fuzz: dependencies
	$(SWIFT) build --package-path Fuzz --scratch-path .build-fuzz -c release \
	  -Xswiftc -sanitize=fuzzer,address --product fuzz
	@TARGET=$(TARGET) TIME=$(TIME) RUNS=$(RUNS) scripts/fuzz

bench: build
	@scripts/install-dependencies bench
	@$(PYTHON) -B Benchmarks/run.py --rounds $(ROUNDS) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(QUICK),--quick) $(if $(DOCUMENT),--document)

bench-test: test-dependencies
	$(PYTEST) -q Benchmarks/Tests

format:
	$(SWIFT) format format --in-place --recursive --parallel $(SWIFT_SOURCES)

asan: test-dependencies
	$(SANITIZED) $(SWIFT) test --disable-xctest --sanitize=address --scratch-path .build-asan
	$(SWIFT) build --sanitize=address --scratch-path .build-asan --product notes-gateway
	$(SANITIZED) NOTES_GATEWAY=.build-asan/debug/notes-gateway $(PYTEST) -q Tests/EndToEndTests

tsan: test-dependencies
	$(SANITIZED) $(SWIFT) test --disable-xctest --sanitize=thread --scratch-path .build-tsan
	$(SWIFT) build --sanitize=thread --scratch-path .build-tsan --product notes-gateway
	$(SANITIZED) NOTES_GATEWAY=.build-tsan/debug/notes-gateway $(PYTEST) -q Tests/EndToEndTests

# All units name the program where it is installed. An instance is the service with a configuration
# and a runtime directory of its own.
SERVICE = sed -e 's|/usr/local/bin|$(PREFIX)/bin|' systemd/notes-gateway.service
INSTANCE = $(SERVICE) | sed -e 's|^Description=.*|& (%i)|' \
  -e 's|/notes-gateway\.yaml|/%i.yaml|' -e 's|^RuntimeDirectory=.*|&-%i|' \
  -e 's|systemctl edit notes-gateway|&@NAME|'

install: build install-files

# Completions come from the program itself, and so know what it knows.
install-files: SHARE = $(DESTDIR)$(PREFIX)/share
install-files: UNITS = $(DESTDIR)$(UNITDIR)
install-files:
	$(INSTALL_PROGRAM) $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/notes-gateway
	install -D -m 644 -t $(SHARE)/doc/notes-gateway/examples conf/*
	install -D -m 644 -t $(SHARE)/man/man1 docs/man/notes-gateway.1
	install -D -m 644 -t $(SHARE)/man/man5 docs/man/notes-gateway.yaml.5
	install -d $(SHARE)/bash-completion/completions $(DESTDIR)$(ZSHDIR) \
	  $(SHARE)/fish/vendor_completions.d $(UNITS)
	./$(PROGRAM) --generate-completion-script bash | sed 1d \
	  >$(SHARE)/bash-completion/completions/notes-gateway
	./$(PROGRAM) --generate-completion-script zsh >$(DESTDIR)$(ZSHDIR)/_notes-gateway
	./$(PROGRAM) --generate-completion-script fish \
	  >$(SHARE)/fish/vendor_completions.d/notes-gateway.fish
	$(SERVICE) >$(UNITS)/notes-gateway.service
	$(INSTANCE) >$(UNITS)/notes-gateway@.service

package: build
	@scripts/install-dependencies package
	@scripts/package $(PROGRAM)

package-test: package
	@scripts/install-dependencies package-test
	$(PYTEST) -q Tests/PackageTests

clean:
	rm -rf .build .build-asan .build-tsan .build-fuzz dist
