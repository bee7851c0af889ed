# Vitrine. The first target that needs something installs it inside this folder; later runs start in seconds.
#
#   make demo      play the crash of spring 2022 and audit it        ARGS="--seed 7"
#   make test      every test (gas in ci and nightly only)           PROFILE=quick|ci|nightly  DRIVER=pyrevm|anvil
#   make devnet    the demo's world, left running for hand work      ARGS=…
#   make lint      format, style, types, locks, static analysis
#   make gas       measure gas, rewrite docs/gas.md and docs/gas.json
#   make bench     pricing and speed on real data                    DATA=folder
#   make mutants   seeded faults, each must turn a named test red    ARGS=…
#   make compile   contracts to .build/                              ONLY="contracts/pricing"
#   make setup     install only
#   make clean     everything that was built or measured; `make pristine` what was installed, too

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PROFILE ?= quick
DRIVER ?= pyrevm
TESTS ?= tests
ARGS ?=
ONLY ?=
DATA ?=
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PYTHON ?= $(shell for p in python3.11 python3 python; do \
	if "$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then echo "$$p"; break; fi; done)

# All state stays in this tree, so that two copies never share a cache and the home folder is never touched.
export APE_DATA_FOLDER := $(CURDIR)/.ape
export SOLCX_BINARY_PATH := $(CURDIR)/.tool
export TMPDIR := $(CURDIR)/.tool/tmp
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PYTHONPATH :=
export VITRINE_TEST_PROFILE := $(PROFILE)
export VITRINE_TEST_DRIVER := $(DRIVER)

# Ape's pytest plugin would start a node for every session and snapshot it around every test; tests that want Ape
# bring their own node. `ape test tests/e2e` works as well.
PYTEST := .venv/bin/python -m pytest -p no:ape_test

# Gas is compared with docs/gas.json where it decides something: in CI and at night. `make mutants` is a run of its own.
LEFT_OUT := $(if $(filter quick,$(PROFILE)),--ignore=tests/gas)

# A demo or devnet ends with the make that started it, even when that is killed.
TETHER := exec .venv/bin/python tools/tether.py $$PPID

.PHONY: help setup install compile demo devnet test lint gas bench mutants clean pristine lock format arch-update

help:
	@sed -n '3,13s/^# \{0,3\}//p' Makefile

setup install:
	@if [ -z "$(PYTHON)" ]; then \
		echo "setup: Python 3.11 is needed and neither python3.11 nor python3 is one (set PYTHON=/path/to/python3.11)" >&2; exit 1; fi
	@mkdir -p .tool/tmp
	@"$(PYTHON)" tools/setup.py

compile: setup
	@"$(PYTHON)" tools/compile.py $(ONLY)

demo: compile
	@$(TETHER) .venv/bin/vitrine demo $(ARGS)

devnet: compile
	@$(TETHER) .venv/bin/vitrine devnet $(ARGS)

test: compile
	@$(PYTEST) -n $(JOBS) --dist worksteal -q $(TESTS) $(LEFT_OUT) $(ARGS)

lint: setup
	@.venv/bin/python tools/lint.py $(ARGS)

gas: compile
	@VITRINE_GAS_WRITE=1 $(PYTEST) -q tests/gas $(ARGS)

bench: compile
	@DATA="$(DATA)" .venv/bin/python -m scripts.bench $(ARGS)

mutants: compile
	@.venv/bin/python -m tests.mutants $(ARGS)

format: setup
	@.venv/bin/ruff check --fix --quiet . && .venv/bin/ruff format --quiet . && node_modules/.bin/forge fmt

lock:
	@"$(PYTHON)" tools/lock.py

arch-update: compile
	@.venv/bin/python -m tests.arch.layout --write && .venv/bin/python -m tests.arch.sizes --write && .venv/bin/python -m tests.arch.invariants --write

clean:
	@rm -rf .build .ape .cache .vitrine forge-out out contracts/.cache .tool/tmp .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +

pristine: clean
	@if [ -L .venv ]; then rm .venv; else rm -rf .venv; fi
	@if [ -L node_modules ]; then rm node_modules; else rm -rf node_modules; fi
	@rm -rf .tool
