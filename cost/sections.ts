import { byGroup, DOMAINS, type Domain, GROUPS, runningAt, total, usesOfAMillion, withSettings } from './domain.ts';
import { type Load, loadsOf } from './limits.ts';
import { peersOf } from './peers.ts';
import { breaksAt, planOf, SETTINGS } from './plan.ts';
import { prices, SECONDS_A_MONTH, usdAMonth, usdOf } from './prices.ts';
import type { Measured, Priced } from './stage.ts';
import { amount, count, loadText, markdownTable, percent } from './text.ts';

export type Stages = Readonly<Record<'dev' | 'prod', Priced>>;

const RATES = SETTINGS.map(({ rate }) => rate);
const head = RATES.map((rate) => `${count(rate)}/s`);
const domains = Object.keys(DOMAINS) as Domain[];

/** USD for a million records, by domain and stage. */
export function millions(stages: Stages): string {
  const rows = domains.flatMap((domain) =>
    Object.entries(stages).map(([name, { stage }]) => [
      domain,
      name,
      ...RATES.map((rate) => amount(total(byGroup(usesOfAMillion(stage, domain, rate))))),
    ]),
  );
  const idle = Object.entries(stages).map(([name, priced]) => [
    'the idle stage',
    name,
    ...RATES.map((rate) => amount((priced.idle * 1e6) / (rate * SECONDS_A_MONTH))),
  ]);
  return markdownTable(['domain', 'stage', ...head], [...rows, ...idle]);
}

/** USD for a million readings, by what the money is for. */
export function groups({ prod: { stage } }: Stages): string {
  const columns = RATES.map((rate) => byGroup(usesOfAMillion(stage, 'fleet', rate)));
  const rows = Object.keys(GROUPS).map((group) => [group, ...columns.map((each) => amount(each[group] ?? 0))]);
  return markdownTable(
    ['fleet, prod', ...head],
    [...rows, ['**together**', ...columns.map((each) => amount(total(each)))]],
  );
}

/** USD for a million readings, by function. */
export function functions({ prod: { stage } }: Stages): string {
  const columns = RATES.map((rate) => Map.groupBy(usesOfAMillion(stage, 'fleet', rate), ({ name }) => name));
  const names = [...(columns[0]?.keys() ?? [])];
  return markdownTable(
    ['fleet, prod', ...head],
    names.map((name) => [
      name === 'Kafka' ? 'broker storage' : `\`${name}\``,
      ...columns.map((each) => amount((each.get(name) ?? []).reduce((sum, { uses }) => sum + usdOf(uses), 0))),
    ]),
  );
}

/** The rate at which each domain breaks first as deployed. */
export function breaks({ prod: { stage, limits: own } }: Stages): string {
  const rows = domains.map((domain) => {
    const first = breaksAt(stage, domain, own);
    return [domain, `${amount(first.rate)}/s`, first.name];
  });
  return markdownTable(['domain, prod', 'breaks at', 'what'], rows);
}

const SHOWN = 4;
const listed = (loads: readonly Load[]) =>
  loads.slice(0, SHOWN).map((load) => `${percent(load.used / load.limit)}: ${loadText(load)}`);

/** The loads nearest to their limits, as deployed and with the settings. */
export function limits({ prod: { stage, limits: own } }: Stages): string {
  const rows = SETTINGS.flatMap(({ rate, settings }) => {
    const before = listed(loadsOf(runningAt(stage, 'fleet', rate, false), own));
    const after = listed(planOf(stage, 'fleet', rate, own, settings).loads);
    return before.map((text, index) => [index === 0 ? `**${count(rate)}/s**` : '', text, after[index] ?? '']);
  });
  return markdownTable(['rate', 'as deployed', 'with the settings below'], rows);
}

export function settings({ prod: { stage, limits: own } }: Stages): string {
  const plans = SETTINGS.map(({ rate, settings: given }) => ({
    given,
    plan: planOf(stage, 'fleet', rate, own, given),
  }));
  const usdOfMillion = SETTINGS.map(({ rate, settings: given }) =>
    total(byGroup(usesOfAMillion(withSettings(stage, given), 'fleet', rate))),
  );
  const row = (name: string, value: (at: (typeof plans)[number]) => string) => [name, ...plans.map(value)];
  const batch = ({ plan }: (typeof plans)[number], name: string, topic: string) => {
    const found = plan.running.find(({ mapping }) => mapping.function === name && mapping.topic === topic);
    return found ? `${amount(found.batches.records)} in ${amount(found.batches.ms)} ms` : '';
  };
  return markdownTable(
    ['setting', ...head],
    [
      row('`memorySize`', ({ given }) =>
        given.memoryMb === undefined ? 'as deployed' : `${count(given.memoryMb)} MB`,
      ),
      row('`maximumBatchingWindow` of the sinks', ({ given }) => `${given.windowSeconds ?? 1} s`),
      ...DOMAINS.fleet.topics.map((topic) =>
        row(`partitions of ${topic}`, ({ plan }) => count(plan.partitions[topic] ?? 0)),
      ),
      row(
        'pollers; units, USD a month',
        ({ plan }) =>
          `${count(plan.pollers)}; ${count(plan.pollerUnits)}, ${amount(usdAMonth('pollerUnit', plan.pollerUnits))}`,
      ),
      row('`databaseConcurrency`', ({ plan }) => count(plan.databaseConcurrency)),
      row('`brokers`, m7g.large', ({ plan }) => count(plan.brokers)),
      row('invocations at once', ({ plan }) => amount(plan.atOnce)),
      row('a batch of processTelemetry', (at) => batch(at, 'processTelemetry', 'raw-data-topic')),
      row('a batch of upsertIntoDynamodb', (at) => batch(at, 'upsertIntoDynamodb', 'processed-data-topic')),
      ['**USD by traffic for a million readings**', ...usdOfMillion.map(amount)],
    ],
  );
}

export function peers({ prod: { stage } }: Stages): string {
  const rows = SETTINGS.flatMap(({ rate, settings: given }) =>
    peersOf(withSettings(stage, given), 'fleet', rate).map(({ job, here, peer, peerUsd, arithmetic }, index) => [
      index === 0 ? `**${count(rate)}/s**` : '',
      job,
      amount(here),
      `${peer}: ${amount(peerUsd)}`,
      arithmetic,
    ]),
  );
  return markdownTable(['rate', 'part', 'here', 'there', 'arithmetic'], rows);
}

/** What each function used in the measured run. */
export function used({ mappings }: Measured): string {
  const grown: readonly string[] = domains.flatMap((domain) => [...DOMAINS[domain].topics]);
  const rows = mappings
    .filter(({ topic }) => grown.includes(topic))
    .map(({ function: name, topic, records, invocations, bytes, cpuMs, maxRssMb, calls }) => [
      `\`${name}\``,
      topic,
      amount(bytes / records),
      amount(cpuMs.batch),
      amount(cpuMs.record),
      count(maxRssMb),
      Object.entries(calls)
        .filter(([call]) => !call.startsWith('http.'))
        .map(([call, own]) => `${amount(own.calls / invocations)} ${call}`)
        .join(', '),
    ]);
  return markdownTable(
    ['function', 'topic', 'bytes a record', 'CPU ms a batch', 'CPU ms a record', 'MB at most', 'calls of a batch'],
    rows,
  );
}

export function priceList(): string {
  return markdownTable(
    ['USD', 'for', 'page', 'source'],
    Object.values(prices).map(({ usd, per, of, page, source }) => [String(usd), `${count(per)} ${of}`, page, source]),
  );
}
