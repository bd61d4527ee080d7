import { readFileSync } from 'node:fs';

/** Lines to leave out of a failed packaging's output: functions' logs, stack traces, the framework's versions. */
const NOISE = /^\{|^\s+at |^(Environment|Docs):|^Error:$/;
/** At most this many lines are shown. */
const SHOWN = 20;

/**
 * The error of a packaging that failed. Its message has the lines that say why, and where all of its output is.
 *
 * @param log file with the output
 * @param start bytes of the file that were there before
 */
export function packagingError(log: string, start: number): Error {
  // The functions of a running service write JSON to the same file.
  const lines = readFileSync(log)
    .subarray(start)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !NOISE.test(line))
    .slice(0, SHOWN);
  return new Error([`the service could not be packaged; all of the output is in ${log}`, ...lines].join('\n'));
}
