# shellcheck shell=bash
# Sourced by scripts/run and scripts/dev: the settings of a local installation, and its processes.
# .env fills in what the environment leaves open.
if [ -f .env ] && [ -z "${IGNORE_DOTENV:-}" ]; then
  while IFS='=' read -r key value; do
    if [[ $key =~ ^[A-Z_]+$ ]] && [ -z "${!key+set}" ]; then export "$key=$value"; fi
  done <.env
fi
export DATA_DIR HOST="${HOST:-127.0.0.1}" PORT="${PORT:-3000}"
export PUBLIC_URL="${PUBLIC_URL:-http://localhost:$PORT}"
SANDBOX_PORT=${SANDBOX_PORT:-4010}
sandbox=http://127.0.0.1:$SANDBOX_PORT
LOGS=$DATA_DIR/logs
mkdir -p "$LOGS"

# Without a client id of Fanvue, the platform is the sandbox, and there is a demo agency.
uses_sandbox=
if [ -z "${FANVUE_CLIENT_ID:-}" ]; then
  uses_sandbox=yes
  export FANVUE_CLIENT_ID=sandbox-client FANVUE_CLIENT_SECRET=sandbox-secret
  export FANVUE_AUTHORIZE_URL=$sandbox/oauth2/auth FANVUE_TOKEN_URL=$sandbox/oauth2/token FANVUE_API_URL=$sandbox
  export FANVUE_WEBHOOK_SECRET=sandbox-webhook-secret
fi
export SANDBOX_PORT SANDBOX_STATE_FILE=$DATA_DIR/sandbox.json
export SANDBOX_REDIRECT_URIS=$PUBLIC_URL/oauth/fanvue/callback SANDBOX_WEBHOOK_URL=http://127.0.0.1:$PORT/webhooks/fanvue

NAMES=() PIDS=()

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

claim_ports() {
  if port_answers "$PORT"; then
    fail "Port $PORT is taken, perhaps by another CreatorCRM. Stop that, or choose another: PORT=3100 make run"
  fi
  if [ -n "$uses_sandbox" ] && port_answers "$SANDBOX_PORT"; then
    fail "Port $SANDBOX_PORT is taken, perhaps by another sandbox. Stop that, or choose another: SANDBOX_PORT=4100 make run"
  fi
}

# $1: name; then the command. In a session of its own: Ctrl-C reaches this script alone, which stops all in order; and
# if this script is killed, the kernel tells the process to stop.
start() {
  local name=$1; shift
  setsid setpriv --pdeathsig TERM -- "$@" </dev/null >"$LOGS/$name.log" 2>&1 &
  NAMES+=("$name") PIDS+=($!)
}

# Last started, first stopped; each is waited for.
stop_all() {
  trap '' INT TERM HUP
  for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do
    if kill -TERM "${PIDS[$i]}" 2>/dev/null; then echo "Stopping the ${NAMES[$i]}"; fi
    wait "${PIDS[$i]}" 2>/dev/null || true
  done
}
trap stop_all EXIT
trap 'echo; exit 0' INT TERM HUP

stop_with() { # $1: sentence; $2: log
  echo "$1" >&2
  tail -15 "$2" >&2
  exit 1
}

# $1: port; $2: path. Fresh machines have no curl.
says_ok() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3 &&
    read -r line <&3 && [[ $line = *' 200 '* ]]) 2>/dev/null
}

# $1: name of what was started last; $2: port; $3: path
until_it_answers() {
  local pid=${PIDS[-1]}
  for _ in $(seq 1200); do
    if says_ok "$2" "$3"; then return; fi
    kill -0 "$pid" 2>/dev/null || stop_with "The $1 did not start; the end of $LOGS/$1.log:" "$LOGS/$1.log"
    sleep 0.1
  done
  stop_with "The $1 does not answer; the end of $LOGS/$1.log:" "$LOGS/$1.log"
}

wait_for_the_end() {
  wait -n "${PIDS[@]}" || true
  for i in "${!PIDS[@]}"; do
    kill -0 "${PIDS[$i]}" 2>/dev/null || stop_with "The ${NAMES[$i]} ended by itself; the end of $LOGS/${NAMES[$i]}.log:" "$LOGS/${NAMES[$i]}.log"
  done
}
