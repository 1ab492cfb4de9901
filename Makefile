# Every target does its own set-up. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRACK ?=
OUT ?= build/demo
JOBS ?= 2
ORDER ?= examples/order/order.toml
CHROMIUM ?= chromium
PEERS := build/peers
NPM := build/npm
WASM := @micropython/micropython-webassembly-pyscript
TRIALS ?= 100000
SECONDS ?= 3600
CUTS ?= 40
FUZZ ?= gnss
BATCHES ?= 10000
UF2 ?=
BOARD ?= pico

.DEFAULT_GOAL := help
.PHONY: help demo test check attack format guards vectors sealed damage bench-gnss bench-zones fuzz
.PHONY: uf2 emulate emulate-cuts emulate-table emulate-gnss emulate-zones emulate-seal screenshots soak lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.ready ## the whole way on a synthetic day, or on TRACK=a log (OUT=folder)
	@$(BIN)/reticent demo --out "$(OUT)" $(if $(TRACK),--track "$(TRACK)")

test: $(VENV)/.ready ## all tests, on CPython and on real MicroPython (ARGS=pytest's)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

bench-zones: $(VENV)/.ready ## zones: cost, shapely as oracle, the noise of R6 (an hour)
	@if command -v npm >/dev/null; then $(MAKE) -s $(NPM)/.ready; fi
	$(BIN)/python bench/zone_cost.py --wasm $(NPM)/node_modules/$(WASM)
	$(BIN)/python bench/shapely_oracle.py
	$(BIN)/python bench/entry_rule.py

attack: $(VENV)/.ready ## the privacy attacks, in full (ORDER= ARGS=; to build/attack)
	$(BIN)/reticent attack --order "$(ORDER)" --out build/attack $(ARGS)

check: $(VENV)/.ready typings/.ready ## lint, format, types, each board's size budget
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/basedpyright --project firmware
	$(BIN)/basedpyright --project bench --pythonpath $(BIN)/python
	$(BIN)/python bench/size_budget.py

format: $(VENV)/.ready ## format and mend what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

screenshots: demo ## docs/report-*.png of the demo's report, by headless CHROMIUM=
	@command -v $(CHROMIUM) >/dev/null || \
	  { echo "make: $(CHROMIUM) is missing: apt-get install chromium" >&2; exit 2; }
	@for size in a4:794,1400 phone:390,2700; do \
	  $(CHROMIUM) --headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars \
	    --disable-background-networking --disable-component-update --disable-sync \
	    --user-data-dir=build/chromium --window-size=$${size#*:} \
	    --screenshot=docs/report-$${size%%:*}.png "file://$(CURDIR)/$(OUT)/report.html" 2>/dev/null; \
	done; ls docs/report-*.png

vectors: $(VENV)/.ready ## make tests/vectors/*.json and the example in docs/FORMAT.md anew
	@$(BIN)/python tests/support/vector_files.py --write

sealed: $(VENV)/.ready ## seal random batches on MicroPython, open them here (BATCHES=10000)
	@$(BIN)/python bench/sealed_batches.py --count $(BATCHES)

guards: $(VENV)/.ready ## take each guard of disclosure away and demand a failing test
	@$(BIN)/python bench/guards.py $(ARGS)

damage: $(VENV)/.ready ## seeded damage to a receiver's stream (TRIALS=100000)
	@expr "$(TRIALS)" + 0 >/dev/null || { echo "make: TRIALS=$(TRIALS) is no number" >&2; exit 2; }
	@RETICENT_TRIALS=$(TRIALS) $(BIN)/micropython tests/support/run_micropython.py \
	  firmware tests/support tests/logic/test_gnss_damage.py

bench-gnss: $(VENV)/.ready $(PEERS)/.ready ## the receiver's parser beside its peers; heap, 32 bits
	@$(BIN)/python bench/gnss_peers.py --peers $(PEERS) $(ARGS)
	@if command -v npm >/dev/null; then \
	  $(MAKE) -s $(NPM)/.ready && node bench/gnss_wasm.mjs $(NPM)/node_modules/$(WASM) firmware; \
	else echo "skipped: the heap on 32 bits needs node: apt-get install nodejs npm"; fi

fuzz: $(VENV)/.ready $(PEERS)/.ready ## coverage-guided fuzzing (FUZZ=gnss or wire, SECONDS= of CPU)
	@mkdir -p build/fuzz-$(FUZZ)
	@PYTHONPATH=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
	  $(PEERS)/bin/python bench/fuzz_$(FUZZ).py --processor-seconds=$(SECONDS) -timeout=30 \
	  -max_len=$(if $(filter gnss,$(FUZZ)),500,17000) -rss_limit_mb=1024 \
	  -artifact_prefix=build/ build/fuzz-$(FUZZ)

uf2:
	@test -f "$(UF2)" || { echo "make: no file at UF2=$(UF2): name an official MicroPython build," \
	  "UF2=RPI_PICO-....uf2 (emulator/README.md)" >&2; exit 2; }

emulate: uf2 $(VENV)/.ready emulator/.ready ## the whole tag on an emulated chip (UF2=file BOARD=pico ARGS=--day)
	@$(BIN)/python emulator/emulate$(if $(filter pico_w,$(BOARD)),_wifi,).py --uf2 "$(UF2)" \
	  --out build/emulate$(if $(filter pico_w,$(BOARD)),-wifi,) $(ARGS)

emulate-cuts: uf2 $(VENV)/.ready emulator/.ready ## power cuts on an emulated Pico (UF2=file CUTS=40)
	@$(BIN)/python emulator/cuts.py --uf2 "$(UF2)" --out build/cuts --cuts $(CUTS) $(ARGS)

emulate-table: uf2 $(VENV)/.ready emulator/.ready ## the emulated Pico's figures, both cache models (UF2=file)
	@$(BIN)/python emulator/table.py --uf2 "$(UF2)" --out build/table \
	  --day build/emulate/day/measured.json $(ARGS)

emulate-gnss: uf2 $(VENV)/.ready emulator/.ready ## a stream's cost on an emulated Pico (UF2=file)
	@$(BIN)/python bench/gnss_emulated.py --uf2 "$(UF2)"

emulate-zones: uf2 $(VENV)/.ready emulator/.ready ## zones and cells on an emulated Pico (UF2=file)
	@$(BIN)/python bench/zone_cost.py --uf2 "$(UF2)"

emulate-seal: uf2 $(VENV)/.ready emulator/.ready ## sealing and secrets on an emulated Pico (UF2=file CUTS=40)
	@$(BIN)/python bench/seal_emulated.py --uf2 "$(UF2)"
	@$(BIN)/python bench/secrets_emulated.py --uf2 "$(UF2)" --cuts $(CUTS)

soak: $(VENV)/.ready ## thirty days of a tag under seeded faults (ARGS="--days 30")
	@$(BIN)/python bench/soak.py $(ARGS)

lock: $(VENV)/.ready ## renew requirements.lock and typings.lock from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra attacks --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile --group typings --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o typings.lock
	$(BIN)/uv pip compile --group bench --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements-bench.lock
	$(BIN)/uv pip compile --group emulator --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements-emulator.lock

clean: ## remove everything that was made
	rm -rf $(VENV) build dist typings emulator/node_modules emulator/.ready emulator/bootrom.bin .pytest_cache .ruff_cache .hypothesis

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "make: $(PYTHON) 3.11 or newer is missing: apt-get install python3 (or PYTHON=...)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "make: Python's venv is missing: apt-get install python3-venv" >&2; exit 2; }
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install -q --progress-bar off --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --progress-bar off --no-deps --no-build-isolation -e .
	@touch $@

$(PEERS)/.ready: requirements-bench.lock
	@echo "setting up $(PEERS) (once)"
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/pip install -q --progress-bar off --require-hashes -r requirements-bench.lock
	@touch $@

$(NPM)/.ready:
	@echo "setting up $(NPM) (once)"
	@npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix $(NPM) $(WASM)@1.26.0 || \
	  { echo "make: npm could not install $(WASM)" >&2; exit 2; }
	@touch $@

emulator/.ready: emulator/package-lock.json requirements-emulator.lock
	@command -v npm >/dev/null || { echo "make: npm is missing: apt-get install nodejs npm" >&2; exit 2; }
	@echo "setting up the emulator (once)"
	@npm ci --silent --prefix emulator || \
	  { echo "make: npm could not set it up; it says why: npm ci --prefix emulator" >&2; exit 2; }
	@$(PYTHON) -m venv --clear build/bootrom
	@build/bootrom/bin/pip install -q --progress-bar off --require-hashes -r requirements-emulator.lock
	@build/bootrom/bin/python emulator/bootrom.py emulator/bootrom.bin
	@touch $@

typings/.ready: typings.lock $(VENV)/.ready
	@rm -rf typings
	@$(BIN)/pip install -q --progress-bar off --require-hashes --target typings/pico_w -r typings.lock
	@touch $@
