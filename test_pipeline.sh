#!/usr/bin/env bash
# Tests the orders pipeline from end to end on this machine: starts it, generates orders, waits until all are stored,
# checks the results, and leaves nothing running. Run npm ci before. npm run doctor checks what the machine needs.
#
# Usage: ./test_pipeline.sh [SECONDS]     generate orders for SECONDS (90); after that it takes up to two minutes more
# Exit code: 0 all checks passed, 1 a check failed, 2 wrong arguments, 130 interrupted
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

seconds=${1:-90}
if [[ $# -gt 1 || ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
if [[ ! -x node_modules/.bin/serverless ]]; then
  echo "test_pipeline: the packages are not installed: run npm ci first" >&2
  exit 1
fi
node=node
[[ -x node_modules/.bin/node ]] && node=node_modules/.bin/node

scratch=$(mktemp -d)
pipeline=
interrupted=

# Stops the pipeline like Ctrl-C: it drains, and stops every server that it started.
interrupt() {
  interrupted=yes
  [[ -n $pipeline ]] && kill -INT -- "-$pipeline" 2>/dev/null || true
}

clean_up() {
  if [[ -n $pipeline ]] && kill -0 -- "-$pipeline" 2>/dev/null; then
    kill -INT -- "-$pipeline" 2>/dev/null || true
    while kill -0 -- "-$pipeline" 2>/dev/null; do sleep 0.2; done
  fi
  rm -rf "$scratch"
}
trap interrupt INT TERM HUP
trap clean_up EXIT

echo "== running the pipeline with $seconds s of orders"
# The pipeline gets its own process group, so that Ctrl-C reaches only this script, which passes it on once.
set -m
npm start --silent -- --only orders --duration "$seconds" --orders 50 --seed 7 --report "$scratch/report.json" </dev/null &
pipeline=$!
set +m

# `wait` returns early at each trapped signal.
status=0
while :; do
  status=0
  wait "$pipeline" || status=$?
  kill -0 "$pipeline" 2>/dev/null || break
done
if [[ -n $interrupted ]]; then
  echo "test_pipeline: interrupted; nothing is left running" >&2
  exit 130
fi

echo
echo "== checks"
"$node" test/pipeline/check.ts "$status" "$scratch/report.json" output/metrics.json
