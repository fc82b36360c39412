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

bench: ## requests per second of the dashboard and the sign-in page beside the machine's ceiling
	@exec scripts/bench

fresh: ## forget the local database, sandbox and logs (asks first)
	@exec scripts/fresh
