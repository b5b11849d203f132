# Everything happens inside this folder: .venv/ holds the packages, .demo/ and .bench/ what was measured.
# The first target that needs an environment makes it; pyproject.toml decides when it is refreshed.
.DEFAULT_GOAL := help
.PHONY: help servers demo test test-long test-all formal lint review types docs readme reference speed bench bench-review clean clean-all
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Many tests start processes: without compiled files each of them would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
PYTEST := $(PY) -m pytest --no-header
TYPED := src tools tests bench examples formal

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Four sets of packages, each with its stamp. [dev] contains [test], which contains [demo].
.venv/.stamp-demo: pyproject.toml tools/venv.sh
	@tools/venv.sh demo
	@touch $@

.venv/.stamp-test: pyproject.toml tools/venv.sh
	@tools/venv.sh test
	@touch .venv/.stamp-demo $@

.venv/.stamp-dev: pyproject.toml tools/venv.sh
	@tools/venv.sh dev
	@touch .venv/.stamp-demo .venv/.stamp-test $@

.venv/.stamp-bench: pyproject.toml tools/venv.sh
	@tools/venv.sh bench
	@touch .venv/.stamp-demo $@

# The reviewers that ours is held against have an environment of their own: they pin much of what they need.
.venv/.stamp-reviewers: .venv/.stamp-dev tools/venv.sh
	@tools/venv.sh reviewers .venv/reviewers
	@touch $@

# What the tests run that pip does not bring: PostgreSQL, PgBouncer, Redis, and spin with a compiler.
servers:
	@tools/servers.sh

demo: .venv/.stamp-demo  ## real servers, real HTTP, the measured table; ONCE=1 ends after it
	@$(PY) -m rescind demo $(if $(ONCE),--once)

test: .venv/.stamp-test servers  ## the tests, in a few minutes
	@$(PYTEST) -n auto --maxprocesses 4 --dist worksteal -m "not long"

test-long: .venv/.stamp-dev servers  ## only the tests that take minutes
	@$(PYTEST) -m long

test-all: .venv/.stamp-dev servers  ## every test, the long ones too
	@$(PYTEST)

formal: .venv/.stamp-test servers  ## explores the model of the protocol (spin); LARGE=1 takes hours
	@$(PY) -m formal $(if $(LARGE),--large)

lint: .venv/.stamp-test  ## ruff, the import contracts, the hygiene rules, the lengths of functions
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet $(TYPED) || { echo "run: $(PY) -m ruff format $(TYPED)"; exit 1; }
	@.venv/bin/lint-imports --no-cache --no-logo
	@$(PY) -m tools.hygiene src
	@$(PYTEST) -q -p no:xdist -m long tests/test_architecture.py

review: .venv/.stamp-test  ## our own reviewer on src: no findings, and a reason beside each that is excused
	@$(PY) -m rescind review

types: .venv/.stamp-dev  ## mypy --strict on all code, pyright --strict on what users would write
	@$(PY) -m mypy $(TYPED)
	@$(PY) -m pyright

docs: .venv/.stamp-dev  ## builds the site into site/; a broken link is an error
	@.venv/bin/zensical build --clean --strict

readme: .venv/.stamp-demo  ## pastes the table of the last `make demo` into README.md
	@$(PY) -m tools.readme .demo/report.json

reference: .venv/.stamp-dev  ## writes the pages that are generated from code
	@$(PY) -m tools.reference

speed: .venv/.stamp-bench  ## pastes the figures of the last `make bench` into docs/speed.md
	@$(PY) -m bench.paste .bench/report.json

bench: .venv/.stamp-bench servers  ## measures the cost of one check, of an application, of a revocation
	@$(PY) -m bench

bench-review: .venv/.stamp-dev .venv/.stamp-reviewers  ## the reviewer and others on labelled code, mature code, real fixes
	@$(PY) -m bench.review $(PARTS) $(if $(SHOW),--show)

clean:  ## removes what was measured and built; keeps .venv
	rm -rf .demo .bench site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

clean-all: clean  ## removes .venv too
	rm -rf .venv
