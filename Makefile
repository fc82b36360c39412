# Each recipe is a line or two; the work is in scripts/. Settings: .env.example
.PHONY: help run dev test lint queries bench fresh
.DEFAULT_GOAL := help

help: ## what there is
	@grep -hE '^[a-z]+: ## ' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | expand -t 8

run: ## install what is missing, build the release, start the app with a demo agency and the sandbox platform
	@exec scripts/run

dev: ## the same with a rebuild at every change (cargo leptos watch)
	@exec scripts/dev

test: ## unit, service, HTTP, authorization and browser tests
	@exec scripts/test

lint: ## formatting, clippy, queries, dependencies, the browser's part and its size
	@exec scripts/lint

queries: ## write .sqlx/ anew after a query or a migration changed; commit it
	@exec scripts/queries

bench: ## pages, lists, ingest, export, statements at scale beside the machine's ceiling; PART=ingest for one of them
	@exec scripts/bench $(PART)

fresh: ## forget the local database, sandbox and logs (asks first)
	@exec scripts/fresh
