/** Shows how far long work is. */
export interface Progress {
  /** A step is done: a line that stays. */
  line(text: string): void;
  /** A line that is replaced on a terminal; elsewhere a new line, at most every 5 s. */
  update(text: string): void;
}

/** Shows nothing. */
export const silent: Progress = { line: () => {}, update: () => {} };

const CLEAR_LINE = '\r\u001b[2K';
/** Between two updates, where the output isn't a terminal. */
const PAUSE_MS = 5_000;

/** The members of a stream that {@link streamProgress} uses, as of `process.stderr`. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Progress for people: on a terminal an update replaces the last line; elsewhere (a file, CI) it is a plain line, at
 * most every 5 s.
 * @param now milliseconds; set by tests
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

/** `63.2 MB`, `12.5 GB`: decimal units, as usual for downloads and disks. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e10) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
