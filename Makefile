# Everything a person does with this tree. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
# The build without CUDA where pip can find one; see README for a GPU's.
TORCH ?= torch==2.13.0
AUDIT := $(VENV)/audit/bin/pip-audit
PEERS := signalflow==0.6.0 rtmixer==0.1.7 onnx==1.23.2 onnxruntime==1.32.0
STRUDEL := @strudel/core@1.2.6 @strudel/mini@1.2.6 @strudel/transpiler@1.2.6 @strudel/osc@1.3.2

.DEFAULT_GOAL := help
.PHONY: help demo play test test-clients check audit bench bench-peers train clean packages packages-test \
	packages-clients packages-peers

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(INSTALLED) packages  ## a human drummer plays the live instrument for half a minute; leaves demo.wav and demo.png
	$(BIN)/astrodrum play default --midi-file examples/midi/funk-138.mid --midi none --seconds 30 \
		--record demo.wav --picture demo.png

play: $(INSTALLED) packages  ## play the default kit from MIDI and OSC; Ctrl-C ends
	$(BIN)/astrodrum play default

test: $(INSTALLED_DEV) packages-test  ## every test that needs no live-coding client
	$(BIN)/pytest

test-clients: $(INSTALLED_DEV) packages-clients  ## tests against real clients: Tidal, sclang, Pd, oscsend, Strudel, a browser
	$(BIN)/pytest -m clients

check: $(INSTALLED_DEV)  ## style, imports and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy

audit: $(INSTALLED)  ## known holes in the pinned packages; needs an index that tells advisories, as PyPI does
	@test -x $(AUDIT) || { $(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1; }
	@tools/audit $(AUDIT)

bench: $(INSTALLED) packages  ## measure this machine: callback, voices, generation, tweaks, start, rendering
	$(BIN)/astrodrum bench

bench-peers: $(INSTALLED) packages-peers  ## the same beside other players, into benchmarks/RESULTS.md; at most eight minutes
	$(BIN)/python -m benchmarks

train: $(INSTALLED_DEV)  ## train a model of your own: make train DATA=folder
	$(BIN)/astrodrum train $(DATA) --out models/mine

clean:  ## forget the environment and what runs left behind
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache demo.wav demo.png demo.performance.jsonl

packages:
	@tools/system-packages libportaudio2

packages-test:
	@tools/system-packages libportaudio2 jackd2

packages-clients:
	@tools/system-packages libportaudio2 jackd2 liblo-tools supercollider-language supercollider-server ghc libghc-tidal-dev puredata-core hydrogen chromium
	@if command -v npm >/dev/null && ! test -d $(VENV)/strudel; then \
		npm install --silent --no-audit --no-fund --prefix $(VENV)/strudel $(STRUDEL) || \
		echo "could not install Strudel's packages; going on without them"; fi

packages-peers: $(INSTALLED)
	@tools/system-packages libportaudio2 jackd2 supercollider-server fluidsynth
	@for peer in $(PEERS); do \
		$(PIP) $$peer || echo "could not install $$peer; going on without it"; done

$(INSTALLED): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing AstroDrum Live into $(VENV)"
	@$(PIP) "$(TORCH)"
	@$(PIP) --editable .
	@echo "compiling the audio callback, once"
	@$(BIN)/python -m astrodrum_live.rt.doors
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@echo "installing what tests and training need"
	@$(PIP) --editable ".[dev,train]"
	@touch $@
