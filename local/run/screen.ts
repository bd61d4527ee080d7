import type { MappingStatus } from '../../plugins/msk/contract.ts';

/** What the run shows about once a second. */
export interface Progress {
  seconds: number;
  /** records that the generators have seen acknowledged, by topic */
  produced: Readonly<Record<string, number>>;
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
      const lines = [...table(progress), '', summaryLine(progress), 'Ctrl-C: drain, stop, leave nothing running'];
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

/** One line: all that was produced, what each function has committed, the records behind. */
export function summaryLine({ seconds, produced, mappings }: Progress): string {
  const total = Object.values(produced).reduce((sum, count) => sum + count, 0);
  const byFunction = Map.groupBy(mappings, (mapping) => mapping.function);
  const done = [...byFunction].map(([name, own]) => `${name} ${own.reduce((sum, m) => sum + m.committed, 0)}`);
  const failed = mappings.reduce((sum, mapping) => sum + mapping.failedInvocations, 0);
  return `${seconds.toFixed(0)} s: produced ${total}, ${done.join(', ')}, lag ${lagSum(mappings)}${failed ? `, failed invocations ${failed}` : ''}`;
}

export function lagSum(mappings: readonly MappingStatus[]): number {
  return mappings.reduce((sum, mapping) => sum + (mapping.lag ?? 0), 0);
}

function table({ mappings }: Progress): string[] {
  const head = ['function', 'topic', 'polled', 'committed', 'in flight', 'failed', 'lag'];
  const rows = mappings.map((m) =>
    [m.function, m.topic, m.polled, m.committed, m.inFlight, m.failedInvocations, m.lag ?? '?'].map(String),
  );
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  const errors = mappings.flatMap((m) => (m.lastError ? [`! ${m.function} ${m.topic}: ${m.lastError}`] : []));
  return [line(head), ...rows.map(line), ...errors];
}
