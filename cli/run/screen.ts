import type { MappingStatus } from '#msk';

/** The state of the run that is shown about once a second. */
export interface Progress {
  seconds: number;
  /** acknowledged records of each generator */
  produced: Readonly<Record<string, number>>;
  /** acknowledged records of all generators in the last second */
  perSecond: number;
  mappings: readonly MappingStatus[];
}

export interface Screen {
  show(progress: Progress): void;
  /** Prints a line that stays. */
  say(line: string): void;
}

/** Seconds between two lines of progress if the output is no terminal. */
const PLAIN_SECONDS = 5;

/** On a terminal, a screen that is redrawn in place; elsewhere, a line of progress every few seconds. */
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
      const below = [
        '',
        ...wrapped(summaryParts(progress), out.columns - 1),
        'Ctrl-C: drain, stop, leave nothing running',
      ];
      // A terminal can't take back what it has scrolled away, so all lines must fit.
      const height = (out.rows || Number.POSITIVE_INFINITY) - 1;
      const lines = [...table(progress.mappings, height - below.length), ...below];
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

/** Counted records, by the topics that hold them. */
const COUNTED: Readonly<Record<string, (topic: string) => boolean>> = {
  alerts: (topic) => topic === 'alerts-topic',
  windows: (topic) => topic === 'product-metrics',
  'dead letters': (topic) => topic.endsWith('-dlq'),
};

/** One line: produced records, committed records of each function, alerts, windows, dead letters, lag. */
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
    ...Object.entries(COUNTED).flatMap(([name, isCounted]) => {
      const own = mappings.filter(({ topic }) => isCounted(topic));
      return own.length === 0 ? [] : `${name} ${readOf(own)}`;
    }),
    `lag ${lagSum(mappings)}`,
    ...(failed > 0 ? [`failed invocations ${failed}`] : []),
  ];
}

/** Joins the parts to as few lines as possible. */
function wrapped(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}, ${part}`;
    if (lines.length === 0 || longer.length > width) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Number of records in the mappings' topics. Of the mappings of a topic, the one that has read the most counts. */
function readOf(mappings: readonly MappingStatus[]): number {
  const byTopic = Map.groupBy(mappings, ({ topic }) => topic);
  return sum([...byTopic.values()], (own) => Math.max(...own.map(({ metrics }) => metrics.PolledEventCount)));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

export function lagSum(mappings: readonly MappingStatus[]): number {
  return sum(mappings, ({ metrics }) => metrics.SumOffsetLag ?? 0);
}

/** A row for each mapping, or for each function if these don't fit, and as many errors as fit. */
function table(mappings: readonly MappingStatus[], height: number): string[] {
  const errors = mappings.flatMap((m) =>
    [m.state === 'Disabled' && 'switched off', m.lastError]
      .filter(Boolean)
      .map((problem) => `! ${m.function} ${m.topic}: ${problem}`),
  );
  const fits = mappings.length < height;
  const groups = fits ? mappings.map((own) => [own]) : [...Map.groupBy(mappings, (own) => own.function).values()];
  const rows = alignedRows(groups.map(rowOf));
  const left = Math.max(0, height - rows.length);
  const shown =
    errors.length > left ? [...errors.slice(0, left - 1), `! and ${errors.length - left + 1} more`] : errors;
  return [...rows, ...shown.slice(0, left)];
}

function rowOf(mappings: readonly MappingStatus[]): string[] {
  const [first, ...more] = mappings;
  const total = (name: 'PolledEventCount' | 'CommittedEventCount' | 'InvokeErrorCount') =>
    sum(mappings, ({ metrics }) => metrics[name]);
  const isKnown = mappings.every(({ metrics }) => metrics.SumOffsetLag !== null);
  return [
    first?.function ?? '',
    more.length === 0 ? (first?.topic ?? '') : `${mappings.length} topics`,
    total('PolledEventCount'),
    total('CommittedEventCount'),
    sum(mappings, ({ inFlight }) => inFlight),
    total('InvokeErrorCount'),
    isKnown ? lagSum(mappings) : '?',
  ].map(String);
}

function alignedRows(rows: readonly string[][]): string[] {
  const head = ['function', 'topic', 'polled', 'committed', 'in flight', 'failed', 'lag'];
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [head, ...rows].map(line);
}
