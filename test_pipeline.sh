#!/usr/bin/env bash
# The orders pipeline from end to end on this machine: starts it, generates orders, waits until all is stored, checks
# what came out, and leaves nothing running. Needs what `npm start` needs (npm run doctor tells), and `npm ci` before.
#
# Usage: ./test_pipeline.sh [SECONDS]     generate for so long (90); the drain takes up to two minutes more
# Exit code: 0 all checks hold, 1 one does not, 2 called wrongly, 130 interrupted
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

seconds=${1:-90}
if [[ $# -gt 1 || ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
if [[ ! -x node_modules/.bin/serverless ]]; then
  echo "test_pipeline: its packages are not installed: run npm ci first" >&2
  exit 1
fi
node=node
[[ -x node_modules/.bin/node ]] && node=node_modules/.bin/node

scratch=$(mktemp -d)
pipeline=
interrupted=

# Asks the pipeline to stop, as Ctrl-C does: it drains, and stops every server that it started.
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

echo "== the pipeline, for $seconds s of orders"
# A process group of its own: Ctrl-C then reaches this script, which passes it on once.
set -m
npm start --silent -- --only orders --duration "$seconds" --orders 50 --seed 7 --report "$scratch/report.json" </dev/null &
pipeline=$!
set +m

# `wait` returns early at each signal that is trapped.
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
STATUS=$status REPORT=$scratch/report.json OUTPUT=output/metrics.json "$node" --input-type=module - <<'JS'
import { existsSync, readFileSync } from 'node:fs';

const { STATUS, REPORT, OUTPUT } = process.env;
let failed = 0;
const check = (what, holds, found) => {
  failed += holds ? 0 : 1;
  console.log(`${holds ? 'ok    ' : 'FAILED'}  ${what}${found === undefined ? '' : `: ${found}`}`);
};
const end = () => {
  console.log(failed === 0 ? '\nall checks hold' : `\n${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
};

check('the pipeline ran, drained and stopped', STATUS === '0', `exit code ${STATUS}`);
check('nothing is left running', !existsSync('.local/stack.json') && !existsSync('.local/lock'));
check('it wrote a report', existsSync(REPORT));
if (!existsSync(REPORT)) end();

const report = JSON.parse(readFileSync(REPORT, 'utf8'));
const { read, acknowledged, bad, deadLettered, late, topics, windows, stores } = report.domains.orders;
const processed = topics['processed-orders'].stored;
check('orders were generated, and are in the topic', acknowledged > 0 && read >= acknowledged, `${acknowledged}`);
check(
  'generated = processed + dead-lettered',
  read === processed + deadLettered,
  `${read} = ${processed} + ${deadLettered}`,
);
check('every bad order is a dead letter, and no good one', deadLettered === bad, `${bad} bad, ${deadLettered} dead`);
check(
  'every window is right to the cent, in the topic, S3, the database and the file',
  windows.expected > 0 && windows.exact === windows.expected && windows.open === 0,
  `${windows.exact} of ${windows.expected}, ${windows.corrections} corrected`,
);
for (const [store, { expected, stored, lost, duplicated }] of Object.entries(stores)) {
  const holds = expected > 0 && lost === 0 && duplicated === 0;
  check(`nothing is lost or double in ${store}`, holds, `${stored} of ${expected}`);
}
check('the report finds no fault', report.ok === true, [...report.problems].join('; ') || undefined);

// The output file by itself, as its reader has it.
const FIELDS = 'window_start,window_end,product_id,order_count,total_revenue,avg_order_value';
const lines = existsSync(OUTPUT) ? readFileSync(OUTPUT, 'utf8').split('\n').slice(0, -1) : [];
check(`${OUTPUT} has results`, lines.length > 0, `${lines.length} lines`);
const wrong = [];
const largest = new Map();
for (const [index, line] of lines.entries()) {
  try {
    const metric = JSON.parse(line);
    const { window_start: start, window_end: stop, product_id: product, order_count: count } = metric;
    const cents = Math.round(metric.total_revenue * 100);
    const right =
      Object.keys(metric).join() === FIELDS &&
      start % 60 === 0 &&
      stop === start + 60 &&
      Number.isInteger(count) &&
      count > 0 &&
      metric.total_revenue === cents / 100 &&
      metric.avg_order_value === Math.floor((2 * cents + count) / (2 * count)) / 100;
    if (!right) wrong.push(index + 1);
    const key = `${start}/${product}`;
    if (!(largest.get(key)?.order_count >= count)) largest.set(key, metric);
  } catch {
    wrong.push(index + 1);
  }
}
check(
  'each line is one result of exactly six fields, its average that of its own sum',
  wrong.length === 0,
  wrong.length === 0 ? undefined : `not lines ${wrong.slice(0, 5).join(', ')}`,
);
const counted = [...largest.values()].reduce((sum, { order_count: count }) => sum + count, 0);
check(
  'its results count every processed order once',
  counted + late === processed,
  `${counted}${late > 0 ? ` and ${late} late` : ''} of ${processed}`,
);
check('it has every window and product', largest.size === windows.expected, `${largest.size} of ${windows.expected}`);
if (lines.length > 0) console.log(`\nthe last line of ${OUTPUT}:\n${lines.at(-1)}`);
end();
JS
