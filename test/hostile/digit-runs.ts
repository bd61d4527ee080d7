import { tables } from '#functions/sinks/rds/rows.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import { mskEvent } from '../support/msk-event.ts';
import type { HostileEvent } from './hostile-event.ts';

/** About what an event of 6 MB holds in base64. */
const VALUE_BYTES = 4_400_000;
/** One less than a number that jsonb is not asked to hold. */
const RUN = '9'.repeat(3_999);
/** A row over 3 MiB fits no request, and is a dead letter: what is looked at comes before that. */
const RECORDS = 4;

const list = (bytes: number) => `[${`${RUN},`.repeat(Math.floor(bytes / (RUN.length + 1)))}0]`;

/** JSON of nothing but long numbers. */
export const digitRuns: HostileEvent = {
  function: 'insertIntoRds',
  letters: 0,
  event: () =>
    mskEvent(Array.from({ length: RECORDS }, () => ({ topic: 'demo_topic', value: list(VALUE_BYTES / RECORDS) }))),
};

/** ms of CPU that the rows of the event take. */
export function measure(): { cpuMs: number; bytes: number } {
  const records = partitionsOf(digitRuns.event()).flatMap((partition) => partition.records);
  const before = process.cpuUsage();
  const bytes = records.map((record) => tables.records.row(record).length).reduce((sum, length) => sum + length);
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: Math.round((user + system) / 1_000), bytes };
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(measure()));
