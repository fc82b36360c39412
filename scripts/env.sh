# shellcheck shell=bash disable=SC2034
# Sourced by every script: where things are, and the one set of compile-time settings, so that nothing compiles twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Outside the clone, so that a second clone and CI start warm.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/creatorcrm/target}"
export PATH="$PWD/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
# Queries are checked against .sqlx/; only `make lint` asks a database.
export SQLX_OFFLINE="${SQLX_OFFLINE:-true}"
unset RUSTFLAGS

# Database, sandbox state and logs; the last build of this clone.
default_data_dir() {
  # PostgreSQL does not run as root, and its user cannot go into root's home: then all data stands where both can.
  if [ "$(id -u)" = 0 ] && ! setpriv --reuid nobody --regid nogroup --clear-groups test -x "$PWD"; then
    local dashed=${PWD//\//-}
    echo "/var/lib/creatorcrm/${dashed#-}"
  else
    echo "$PWD/.data"
  fi
}
# Of .env every script needs to know where the data is; the rest is for what runs (scripts/services.sh), never for tests.
if [ -f .env ] && [ -z "${IGNORE_DOTENV:-}" ]; then
  DATA_DIR="${DATA_DIR:-$(sed -n 's/^DATA_DIR=//p' .env | tail -1)}"
fi
DATA_DIR="${DATA_DIR:-$(default_data_dir)}"
mkdir -p "$DATA_DIR"
DATA_DIR="$(cd "$DATA_DIR" && pwd)"
BUILD_DIR="$PWD/.data/build"

# The workspace is always built as a whole: with the same features chosen, cargo reuses every dependency.
WORKSPACE=(--workspace --features ssr)

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
