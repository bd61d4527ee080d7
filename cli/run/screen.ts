import type { MappingStatus } from '#msk';

/** What the run shows about once a second. */
export interface Progress {
  seconds: number;
  /** records that each generator has seen acknowledged */
  produced: Readonly<Record<string, number>>;
  /** of them all in the last second */
  perSecond: number;
  mappings: readonly MappingStatus[];
}

export interface Screen {
  show(progress: Progress): void;
  /** A line that stays. */
  say(line: string): void;
}

/** How often a plain log gets a line of progress, in s. */
const PLAIN_SECONDS = 5;

/** On a terminal one screen that is redrawn in place; elsewhere a line of progress every few seconds. */
export function createScreen(out: NodeJS.WriteStream = process.stdout): Screen {
  return out.isTTY ? terminal(out) : plain(out);
}

function plain(out: NodeJS.WriteStream): Screen {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(progress) {
      if (progress.seconds - last < PLAIN_SECONDS) return;
      last = progress.seconds;
      out.write(`${summaryLine(progress)}\n`);
    },
    say: (line) => void out.write(`${line}\n`),
  };
}

function terminal(out: NodeJS.WriteStream): Screen {
  let drawn = 0;
  const clear = () => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  return {
    show(progress) {
      clear();
      const lines = [
        ...table(progress),
        '',
        ...wrapped(summaryParts(progress), out.columns - 1),
        'Ctrl-C: drain, stop, leave nothing running',
      ];
      const shown = lines.map((line) => line.slice(0, out.columns - 1));
      out.write(`${shown.join('\n')}\n`);
      drawn = shown.length;
    },
    say(line) {
      clear();
      out.write(`${line}\n`);
    },
  };
}

/** One line: what was produced, what each function has committed, alerts, dead letters, the records behind. */
export function summaryLine(progress: Progress): string {
  return summaryParts(progress).join(', ');
}

function summaryParts({ seconds, produced, perSecond, mappings }: Progress): string[] {
  const byFunction = Map.groupBy(mappings, (mapping) => mapping.function);
  const failed = sum(mappings, ({ metrics }) => metrics.InvokeErrorCount);
  const generators = Object.entries(produced);
  const total = sum(generators, ([, count]) => count);
  const own = generators.length === 0 ? 'no generator' : `produced ${total} (${Math.round(perSecond)}/s)`;
  return [
    `${seconds.toFixed(0)} s: ${own}`,
    ...(generators.length > 1 ? generators.map(([name, count]) => `${name} ${count}`) : []),
    ...[...byFunction].map(([name, own]) => `${name} ${sum(own, ({ metrics }) => metrics.CommittedEventCount)}`),
    `alerts ${readOf(mappings, (topic) => topic === 'alerts-topic')}`,
    `windows ${readOf(mappings, (topic) => topic === 'product-metrics')}`,
    `dead letters ${readOf(mappings, (topic) => topic.endsWith('-dlq'))}`,
    `lag ${lagSum(mappings)}`,
    ...(failed > 0 ? [`failed invocations ${failed}`] : []),
  ];
}

/** As few lines as hold the parts. */
function wrapped(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}, ${part}`;
    if (lines.length === 0 || longer.length > width) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Records of some topics, each counted by the mapping that has read the most of it. */
function readOf(mappings: readonly MappingStatus[], wanted: (topic: string) => boolean): number {
  const byTopic = Map.groupBy(mappings, ({ topic }) => topic);
  return sum([...byTopic], ([topic, own]) =>
    wanted(topic) ? Math.max(...own.map(({ metrics }) => metrics.PolledEventCount)) : 0,
  );
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

export function lagSum(mappings: readonly MappingStatus[]): number {
  return sum(mappings, ({ metrics }) => metrics.SumOffsetLag ?? 0);
}

function table({ mappings }: Progress): string[] {
  const head = ['function', 'topic', 'polled', 'committed', 'in flight', 'failed', 'lag'];
  const rows = mappings.map(({ function: name, topic, inFlight, metrics }) => {
    const { PolledEventCount, CommittedEventCount, InvokeErrorCount, SumOffsetLag } = metrics;
    return [name, topic, PolledEventCount, CommittedEventCount, inFlight, InvokeErrorCount, SumOffsetLag ?? '?'].map(
      String,
    );
  });
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  const errors = mappings.flatMap((m) => (m.lastError ? [`! ${m.function} ${m.topic}: ${m.lastError}`] : []));
  return [line(head), ...rows.map(line), ...errors];
}
