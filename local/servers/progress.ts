/** Where long work tells how far it is. */
export interface Progress {
  /** Something is done: a line that stays. */
  line(text: string): void;
  /** How far it is: refreshed in place on a terminal, now and then a line elsewhere. */
  update(text: string): void;
}

/** Nobody listens. */
export const silent: Progress = { line: () => {}, update: () => {} };

const CLEAR_LINE = '\r\u001b[2K';
const PAUSE_MS = 5_000;

/** What {@link streamProgress} needs of a stream: `process.stderr` has it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Progress for people: on a terminal the last line is refreshed, elsewhere (a file, CI) an update is a plain line at
 * most every 5 s.
 * @param now milliseconds; given by tests.
 */
export function streamProgress(stream: ProgressStream, now: () => number = Date.now): Progress {
  let refreshed = false;
  let last = -Infinity;
  return {
    line: (text) => {
      stream.write(`${refreshed ? CLEAR_LINE : ''}${text}\n`);
      refreshed = false;
    },
    update: (text) => {
      if (stream.isTTY) {
        stream.write(CLEAR_LINE + text.slice(0, (stream.columns ?? 80) - 1));
        refreshed = true;
      } else if (now() - last >= PAUSE_MS) {
        last = now();
        stream.write(`${text}\n`);
      }
    },
  };
}

/** `63.2 MB`, `12.5 GB`: decimal units, as downloads and disks are told. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e10) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
