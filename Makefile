# A bare `make` lists every command.
# GNU make 3.81 (macOS) is enough, so no newer feature is used here.
VENV   := .venv
BIN    := $(VENV)/bin
# The first Python that is new enough; `make PYTHON=/path/to/python3 demo` takes another one.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

# What Python has compiled once it keeps, though an image's own setting may say otherwise: packages come
# uncompiled (--no-compile), and each of the many processes of a test run would compile them again.
export PYTHONDONTWRITEBYTECODE =

# More for pytest (`make test PYTEST_FLAGS=-x`) and pip-compile (`make lock LOCK_FLAGS=--upgrade`).
PYTEST_FLAGS ?=
LOCK_FLAGS   ?=
# One process more than there are cores: some tests wait for servers. Tests of a file stay together,
# they share what they set up, all of Spark's and all of the browser's; the long ones come first
# (tests/spread.py).
TEST_PROCESSES ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
LOCK_FORM    := --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

.DEFAULT_GOAL := help
.PHONY: help install install-spark install-client install-sso install-mcp install-lake install-privacy install-tools demo test test-quick test-all fingerprint fresh coverage check format bench bench-experiments bench-scale soak lock clean

help: ## list the commands (명령 목록)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(BIN)/.installed-dev ## install telads and the developers' tools into .venv (설치)

# A lock is complete, so nothing is left to resolve (--no-deps); with dependencies, pip would look for
# what one package wants of another with an extra, find a release newer than the lock, and refuse.
# Modules are compiled when they are first used, which few of them ever are.
LOCKED := install --no-compile --quiet --disable-pip-version-check --no-deps --require-hashes

# The stamp is made last, so an interrupted installation starts again.
$(BIN)/.installed: requirements.lock requirements-build.lock pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "telads needs Python 3.11 or newer, and none was found: install one, or name it with" \
	       "make PYTHON=/path/to/python3"; \
	  echo "Python 3.11 이상이 필요합니다. 설치하시거나 make PYTHON=경로 로 알려 주세요."; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python3-venv"; \
	  echo "$(PYTHON)에 venv 모듈이 없습니다. Debian·Ubuntu: apt-get install python3-venv"; exit 1; } >&2
	@echo "Installing into $(VENV), this takes a minute or two (설치 중입니다, 1-2분 걸립니다)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip $(LOCKED) -r requirements.lock -r requirements-build.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip check --quiet --disable-pip-version-check
	@touch $@

install-client: $(BIN)/.installed-client ## add the generator of typed clients, for a test (클라이언트 생성기)

# In an environment of its own: it wants another version of Typer.
$(BIN)/.installed-client: requirements-client.lock $(BIN)/.installed
	$(BIN)/python -m venv $(VENV)/client
	$(VENV)/client/bin/pip $(LOCKED) -r $<
	@touch $@

# What tests, checks and benchmarks need on top of it.
$(BIN)/.installed-dev: requirements-dev.lock $(BIN)/.installed
	$(BIN)/pip $(LOCKED) -r requirements-dev.lock
	$(BIN)/pip check --quiet --disable-pip-version-check
	@touch $@

install-spark: $(BIN)/.installed-spark ## add the Spark engine, 480 MB; needs Java 17 (Spark 엔진 설치)

# pyspark is built from its source by the locked tools, so nothing is fetched unlocked.
$(BIN)/.installed-spark: requirements-spark.lock $(BIN)/.installed-dev
	$(BIN)/pip $(LOCKED) --no-build-isolation -r requirements-spark.lock
	@touch $@

# Chromium, here without what a window needs, has no Korean font of its own to show pages in; pictures and
# paper bring theirs.
install-tools: ## install system packages that tests use; Debian, as root (시험에 쓰는 시스템 패키지)
	apt-get install --yes --no-install-recommends \
	  chromium-headless-shell fonts-noto-cjk gettext nginx openjdk-17-jre-headless postgresql \
	  systemd

install-sso: $(BIN)/.installed-sso ## add single sign-on; part of make install (통합 로그인 설치)

install-privacy: $(BIN)/.installed-privacy ## add noise for cells of logs; part of make install (차등 프라이버시 설치)

install-lake: $(BIN)/.installed-lake ## add tables of Delta Lake and Iceberg; part of make install (데이터 레이크 테이블)

install-mcp: $(BIN)/.installed-mcp ## add what serves assistants; part of make install (어시스턴트 연결 설치)

install-docs: $(BIN)/.installed-docs ## add the tools of make docs; part of make install (문서 사이트 도구 설치)

$(BIN)/.installed-sso $(BIN)/.installed-lake $(BIN)/.installed-privacy $(BIN)/.installed-mcp $(BIN)/.installed-docs: $(BIN)/.installed-%: requirements-%.lock $(BIN)/.installed
	$(BIN)/pip $(LOCKED) -r $<
	$(BIN)/pip check --quiet --disable-pip-version-check
	@touch $@

demo: $(BIN)/.installed ## make nine synthetic months, advice and a report, and open the site (가상 자료로 추천 보기)
	$(BIN)/telads demo

test: install ## run all tests that this machine has the tools for (시험)
	$(BIN)/pytest $(PYTEST_FLAGS) --numprocesses $(TEST_PROCESSES) --dist loadfile \
	  --no-loadscope-reorder

# The fingerprint asks every route, command and question; units stand beside it, on synthetic months. Left
# out is what it holds as well and what takes longest: decks, builds, the second dataset.
QUICK := tests/test_fingerprint.py tests/test_architecture.py tests/test_errors.py tests/test_model.py \
  tests/answers tests/dataset tests/ingest tests/method tests/planning tests/store
NOT_QUICK := tests/planning/test_decks.py tests/method/test_build.py tests/dataset/test_city.py
test-quick: install ## run the fingerprint and units, in about two minutes (빠른 시험)
	TELADS_SEOUL_DATA=none $(BIN)/pytest --numprocesses $(TEST_PROCESSES) --dist loadfile \
	  --no-loadscope-reorder -m "not seoul and not spark and (quick or not slow)" \
	  $(addprefix --ignore=,$(NOT_QUICK)) $(QUICK)

test-all: ## run all tests; a tool or file that is missing is a failure (빠짐없이 시험)
	TELADS_TEST_ALL=1 $(MAKE) test

fingerprint: install ## renew the hashes of everything that is shown and written (결과의 지문 갱신)
	$(BIN)/python -m tests.fingerprint

fresh: ## make demo and all tests on a bare Debian 12, made anew; as root (빈 컴퓨터에서 확인)
	scripts/fresh.sh --all

coverage: install ## run all tests, and report the lines they reach (시험이 거치는 코드)
	$(MAKE) test PYTEST_FLAGS="$(PYTEST_FLAGS) --cov --cov-report=term"

check: install ## check lint, format, types and architecture (코드 검사)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_architecture.py

format: install ## format the code, and apply fixes of the linter (코드 정리)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure speed; write docs/benchmarks.md and benchmarks-web.md (속도 측정)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.web

bench-experiments: install ## try tests by area on planted effects; write docs/experiments.md (실험의 시험)
	$(BIN)/python -m bench.experiments

bench-scale: install ## measure logs of 10 to 100 million rows; write docs/scaling.md (규모 측정)
	$(BIN)/python -m bench.scale

soak: install ## simulate 400 planners for 16 minutes on PostgreSQL; write docs/soak.md (부하 시험)
	$(BIN)/python -m bench.soak

# Hashes of every file of a release, so one lock serves all platforms; no address, no path, no
# comment, so it is the same wherever it is made. What runs has a lock of its own, and so have the
# tools that build the package: nothing is fetched unlocked. Developers' tools and each extra come on
# top, with the same versions; Spark, whose 480 MB few need, is no part of the developers'.
# An installation that lacks what was just added to pyproject.toml would refuse itself (pip check).
EXTRAS := spark sso lake privacy mcp docs
LOCKS  := requirements.lock $(patsubst %,requirements-%.lock,build dev $(EXTRAS) client)
COMPILE = $(BIN)/pip-compile --quiet $(LOCK_FLAGS) $(LOCK_FORM)

.PHONY: docs install-docs
# Sphinx ends where the locale that is asked for is not installed; the documents have their languages.
docs: export LC_ALL := C
docs: install ## build the documents as a site in build/site; a warning is an error (문서 사이트 만들기)
	$(BIN)/sphinx-build --fresh-env --nitpicky --fail-on-warning --keep-going --quiet \
	  --conf-dir docs --doctree-dir build/doctrees . build/site
	@echo "build/site/docs/index.html"

lock: ## pin the dependencies of pyproject.toml in the locks (의존성 고정)
	@test -x $(BIN)/pip-compile || $(MAKE) install
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --build-deps-for editable --only-build-deps --constraint requirements.lock \
	  --output-file requirements-build.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock --constraint requirements-build.lock \
	  --output-file requirements-dev.lock pyproject.toml
	for extra in $(EXTRAS); do $(BIN)/python -c 'import sys, tomllib; \
	  print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]], \
	  sep="\n")' $$extra | $(COMPILE) --constraint requirements-dev.lock \
	  --output-file requirements-$$extra.lock - || exit 1; done
	echo "openapi-python-client>=0.29,<1" | $(COMPILE) --output-file requirements-client.lock -
	for lock in $(LOCKS); do \
	  sed -e '/^#/d' -e '/^$$/d' $$lock > $$lock.new && mv $$lock.new $$lock || exit 1; done

# `make release RELEASE_FLAGS=--trial` does all but the tag with what is no release yet.
RELEASE_FLAGS ?= --tag
.PHONY: release
release: install ## build sdist and wheel twice, try the wheel, tag the commit (릴리스 만들기)
	$(BIN)/python scripts/release.py $(RELEASE_FLAGS)

clean: ## remove what the commands above made, except workspaces (정리)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage bench/out build dist
	find src tests bench scripts -name __pycache__ -prune -exec rm -rf {} +
