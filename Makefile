# Every target first installs what it needs into .tools (or SUFFRAGE_CACHE); nothing else on the machine is changed.
NODE := .tools/bin/node --disable-warning=TimeoutNegativeWarning
JEST := $(NODE) --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

.PHONY: $(shell sed -nE 's/^([a-z][a-z-]*):.*/\1/p' Makefile)

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

setup: ## install Node, pnpm, packages, Kafka, PostgreSQL, Redis for this checkout alone
	@tools/setup/setup.sh

demo: setup build ## hold a real election again, check its count, leave the page running (DEMO_STAY=0: stop at the end)
	@$(NODE) tools/demo/src/main.ts

test: build ## all tests, on servers of their own
	@tools/setup/setup.sh browser python k6 prometheus
	@$(JEST) $(ARGS)

web-test: build ## only the tests of the page, in Chromium and on the real services; pictures of each state in out/pictures
	@tools/setup/setup.sh browser
	@$(JEST) $(ARGS) -- web/

screenshots: setup ## pictures of each view of the running stack's page, into docs/pictures (OUT=dir)
	@tools/setup/setup.sh browser
	@$(if $(OUT),OUT='$(OUT)') $(NODE) tools/screenshots/src/main.ts

test-unit: setup ## only the tests that need no servers
	@$(JEST) --selectProjects unit $(ARGS)

fuzz: setup build ## send what nobody would to the served APIs, then audit (ARGS='--seconds 60 --seed 1')
	@tools/setup/setup.sh fuzz
	@$(NODE) test/fuzz/main.ts $(ARGS)

up: setup build ## start the local stack (BROKERS=3: three brokers)
	@$(NODE) tools/stack/src/main.ts up $(if $(BROKERS),--brokers $(BROKERS))

down: setup ## stop it, keep its data
	@$(NODE) tools/stack/src/main.ts down

scale-partitions: setup ## add partitions to topic votes of the running stack (N=32)
	@$(NODE) tools/stack/src/main.ts scale-partitions $(N)

requeue: setup ## have the votes tried again now that a database has refused (ARGS=--help)
	@$(NODE) tools/stack/src/main.ts requeue $(ARGS)

erase: setup ## destroy what an election of the running stack keeps of its voters, after its retention period (ELECTION=id)
	@$(NODE) tools/stack/src/main.ts erase $(ELECTION)

status: setup ## a table of its parts
	@$(NODE) tools/stack/src/main.ts status

reset: setup ## stop it and remove its data (YES=1: without asking)
	@$(NODE) tools/stack/src/main.ts reset

election: setup ## create an election from a JSON file on the running stack (FILE=examples/election.json PUBLISH=1 OPEN=1 ARGS=--help)
	@$(NODE) tools/election/src/main.ts $(FILE) $(if $(PUBLISH),--publish) $(if $(OPEN),--open) $(ARGS)

audit: setup ## hold the log against the databases, exit 1 if anything does not balance (RECEIPT=file: one receipt; KEY=file: sign)
	@$(NODE) tools/audit/src/main.ts $(if $(RECEIPT),--receipt $(RECEIPT) --json out/receipt.json,--json out/audit.json) $(if $(KEY),--key $(KEY)) $(ARGS)

election-day: setup ## hold a secret election with 100,000 voters on the roll, audit and recount it, look for links (ARGS='--voters 1000 --voting 300')
	@tools/setup/setup.sh python
	@$(NODE) tools/election-day/src/main.ts $(ARGS)

export: setup ## write all counted votes of a closed election, for docs/verify/verify.py (ELECTION=id OUT=dir)
	@$(NODE) tools/export/src/main.ts --election '$(ELECTION)' $(if $(OUT),--out $(OUT)) $(ARGS)

SECRETS := $(or $(SUFFRAGE_DATA),.data/local)/secrets
publish-audit: setup ## put a signed audit report beside official results (ELECTION=id REPORT=out/audit.json ARGS='--auditor auditor.pub'), on the local stack
	@SUFFRAGE_VOTES_DATABASES_FILE=$(SECRETS)/votes-databases SUFFRAGE_RESULTS_KEY_FILE=$(SECRETS)/results.key \
	  $(NODE) services/aggregator/src/publish-audit.ts --election '$(ELECTION)' --report '$(or $(REPORT),out/audit.json)' $(ARGS)

BENCH_ARGUMENTS := $(if $(FULL),--full) $(if $(HISTORY),--history) $(if $(FRESH),--fresh) $(if $(ONLY),--only '$(ONLY)') $(if $(LIST),--list) $(ARGS)
bench: setup ## what a vote costs against floors measured beside it, writes out/bench.json (FULL=1 HISTORY=1 FRESH=1 ONLY=text LIST=1)
	@tools/setup/setup.sh bench
	@$(NODE) loadtest/bench/main.ts $(BENCH_ARGUMENTS)

bench-audit: setup ## measure the audit on synthetic votes, writes out/audit-bench.json
	@$(NODE) tools/audit-bench/src/main.ts $(ARGS)

votes: setup ## sign votes into a file for load tests (N=200000 MODE=secret or pseudonymous SEED=1 VOTES_PER_VOTER=1)
	@$(NODE) loadtest/votes/main.ts $(if $(N),--votes $(N)) $(if $(MODE),--mode $(MODE)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(VOTES_PER_VOTER),--votes-per-voter $(VOTES_PER_VOTER)) $(if $(FROM),--from $(FROM)) $(ARGS)

LOAD_ARGUMENTS := $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(TRANSPORT),--transport $(TRANSPORT)) $(if $(MODE),--mode $(MODE)) \
  $(if $(RATE),--rate $(RATE)) $(if $(DURATION),--duration $(DURATION)) $(if $(SEED),--seed $(SEED)) $(if $(WATCHERS),--watchers $(WATCHERS)) \
  $(if $(RUNNING),--running) $(if $(OPEN),--open) $(ARGS)
load: setup ## k6 against an own or a running installation, then the audit (SCENARIO=smoke TRANSPORT=grpc RATE=200 DURATION=30 RUNNING=1)
	@tools/setup/setup.sh k6
	@$(NODE) loadtest/run/main.ts $(LOAD_ARGUMENTS)

bench-db: setup ## commit latency and standby delay of the database, writes out/bench-db.json (QUICK=1)
	@$(NODE) loadtest/database/main.ts $(if $(QUICK),--quick) $(ARGS)

cost: setup ## what a rate needs and costs on AWS, from the last benchmark (RATE=250000 VOTES=N TRANSPORT=grpc), or what a planned environment costs (ENVIRONMENT=production, PLAN=file)
	@$(NODE) loadtest/cost/main.ts $(if $(RATE),--rate $(RATE)) $(if $(VOTES),--votes $(VOTES)) $(if $(TRANSPORT),--transport $(TRANSPORT)) \
	  $(if $(PRICES),--prices $(PRICES)) $(if $(BENCH),--bench $(BENCH)) \
	  $(if $(ENVIRONMENT),--environment $(ENVIRONMENT)) $(if $(PLAN),--plan $(PLAN)) $(ARGS)

infra-check: setup ## form, schema, tests, policies and plans of infra/opentofu, offline (FULL=1 builds tflint for it, REAL_PROVIDER=1, TOFU=program: your own OpenTofu)
	@tools/setup/setup.sh tofu conftest helm checkov $(if $(FULL),tflint)
	@$(if $(REAL_PROVIDER),REAL_PROVIDER=1) infra/check.sh

INFRA_PLATFORMS = -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_arm64
infra-lock: setup ## write which AWS provider it is, with its hashes, beside each state of infra/opentofu; asks the registry
	@tools/setup/setup.sh tofu
	@infra/lock.sh infra/opentofu $(INFRA_PLATFORMS)

INFRA_ARGUMENTS = --environment '$(ENVIRONMENT)' $(if $(VARIABLES),--variables '$(VARIABLES)') $(ARGS)
infra-plan: setup ## plan an environment against its real state, hold it to rules and budget; out/plans/NAME (ENVIRONMENT=dev VARIABLES=file)
	@tools/setup/setup.sh tofu conftest
	@$(NODE) infra/pipeline/main.ts plan $(INFRA_ARGUMENTS)

infra-apply: setup ## apply exactly the plan of make infra-plan, then as infra-values (ENVIRONMENT=dev)
	@tools/setup/setup.sh tofu
	@$(NODE) infra/pipeline/main.ts apply $(INFRA_ARGUMENTS)

infra-values: setup ## write what the chart must know of the infrastructure into gitops/infrastructure (ENVIRONMENT=dev)
	@tools/setup/setup.sh tofu
	@$(NODE) infra/pipeline/main.ts values $(INFRA_ARGUMENTS)

simulate: setup ## the suite's own code under a seeded scheduler with faults (SEEDS=2000 SEED_START=1 MUTANTS=1 TRACE=1)
	@$(NODE) test/simulation/main.ts $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED_START),--start $(SEED_START)) \
	  $(if $(MUTANTS),--mutants) $(if $(TRACE),--trace) $(if $(JOBS),--jobs $(JOBS)) $(ARGS)

FAULTS_ARGUMENTS := $(if $(ALL),--all) $(if $(CASE),--case $(CASE)) $(if $(SEED),--seed $(SEED)) $(if $(RATE),--rate $(RATE)) $(if $(LIST),--list) $(if $(ADD),--add) $(ARGS)
faults: setup ## break a running installation in many ways, prove each time that nothing is lost (ALL=1, CASE=name SEED=n, LIST=1)
	@$(if $(ALL)$(findstring alert,$(CASE)),tools/setup/setup.sh prometheus)
	@$(if $(ALL)$(findstring region,$(CASE)),tools/setup/setup.sh mirror)
	@$(NODE) test/faults/main.ts $(FAULTS_ARGUMENTS)

observe: setup ## Prometheus with all alerts, dashboards and traces as pages, beside the running stack (ARGS=--help)
	@tools/setup/setup.sh prometheus
	@$(NODE) observability/run/main.ts $(ARGS)

dashboard-pictures: setup ## a picture of each dashboard from what make observe has scraped, into docs/pictures (MINUTES=5 OUT=dir ARGS=--help)
	@tools/setup/setup.sh browser
	@$(NODE) observability/run/take-pictures.ts $(if $(MINUTES),--minutes $(MINUTES)) $(if $(OUT),--out '$(OUT)') $(ARGS)

observe-test: build ## the tests of alerts, dashboards and telemetry alone; make test has them too
	@tools/setup/setup.sh prometheus
	@$(JEST) observability $(ARGS)

chart-test: setup ## the Helm chart: settings, refusals, network, the schemas of Kubernetes (ARGS='-t alb', FULL=1: a real API server too, HELM=program: your own Helm, such as Helm 3)
	@tools/setup/setup.sh helm conftest prometheus $(if $(FULL),kube-apiserver)
	@$(JEST) -c helm/jest.config.mjs $(ARGS)
	@policies/judge-chart.sh

policies-test: setup ## the policies for manifests and values, each tried both ways; example manifests and chaos held to them
	@tools/setup/setup.sh conftest
	@$(JEST) --config policies/jest.config.mjs $(ARGS)

policies-generate: setup ## write what is made of the policies: Gatekeeper's copies, required settings of topics
	@$(NODE) policies/generate/main.ts

scan-images: ## look for known weaknesses in images, with trivy or grype (IMAGES='name:tag …')
	@tools/scan-images.sh $(IMAGES)

check: setup ## types, lint, format, dependency rules, unused code, generated files
	@tools/check.sh

pipeline-check: setup ## run the Jenkinsfile, read workflows and GitOps, hold licences, secrets, advisories (REQUIRE_ADVISORIES=1: needs a registry that keeps them)
	@tools/setup/setup.sh actionlint aws groovy
	@delivery/check.sh $(if $(REQUIRE_ADVISORIES),--require)

licences: setup ## the licence of everything that ships, against what is allowed; writes out/licences.json
	@$(NODE) delivery/supply-chain/main.ts licences

sbom: setup ## the bill of materials of the workspace (CycloneDX), out/sbom.cdx.json; each image has its own
	@$(NODE) delivery/supply-chain/main.ts sbom

site: setup ## the documentation as a site in out/site, every link followed (SITE_BASE=/path/)
	@tools/setup/setup.sh browser helm
	@$(if $(SITE_BASE),SITE_BASE='$(SITE_BASE)') $(NODE) site/src/main.ts $(ARGS)
	@$(JEST) --config site/jest.config.mjs

figures: setup ## copy the figures of make faults, simulate and bench from out/ into docs/figures, and into the page that shows them
	@$(NODE) site/src/figures/main.ts $(ARGS)

publish: setup ## push the images of make images to ECR, sign them, attest contents and origin; writes out/release.json (ARGS=--help)
	@$(NODE) delivery/release/main.ts publish $(ARGS)

scan: setup ## wait for ECR's scan of the published images, fail on critical or high findings
	@$(NODE) delivery/release/main.ts scan $(ARGS)

deploy: setup ## install out/release.json on gitops/infrastructure's values, in each region (ENVIRONMENT=dev, staging or production)
	@$(NODE) delivery/release/main.ts deploy --environment '$(ENVIRONMENT)' $(ARGS)

watch: setup ## watch a release through Prometheus, fail when it burns the budget (ENVIRONMENT=dev MINUTES=15)
	@$(NODE) delivery/release/main.ts watch --environment '$(ENVIRONMENT)' $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

audit-release: setup ## hold the log of an environment against its databases, in its cluster (ENVIRONMENT=dev)
	@$(NODE) delivery/release/main.ts audit-release --environment '$(ENVIRONMENT)' $(ARGS)

promote: setup ## write out/release.json into gitops/environments, for Argo CD or Flux (ENVIRONMENT=dev)
	@$(NODE) delivery/release/main.ts promote --environment '$(ENVIRONMENT)' $(ARGS)

rollback: setup ## go back to what served before out/release.json (ENVIRONMENT=dev)
	@$(NODE) delivery/release/main.ts rollback --environment '$(ENVIRONMENT)' $(ARGS)

format: setup ## format the sources
	@node_modules/.bin/biome format --write

build: setup
	@tools/build-page.sh

bundle: setup build ## what the container images hold, into out/images: one file for each program (ARGS='--only web')
	@$(NODE) tools/images/src/main.ts $(ARGS)

images: bundle ## the container images, tagged by commit (BASE=image: another base; ENGINE=podman; tools/images/make-base.sh makes one)
	@BASE='$(BASE)' tools/images/build.sh

bundle-test: build ## the bundled services hold an election and are audited, and the same sources give the same bytes
	@$(JEST) --selectProjects integration $(ARGS) -- tools/images

clean-tools: ## remove what the set-up has installed in this checkout
	rm -rf .tools node_modules */node_modules */*/node_modules
