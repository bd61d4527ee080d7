import { tables } from '#functions/sinks/rds/rows.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import { mskEvent } from '../support/msk-event.ts';
import type { HostileEvent } from './hostile-event.ts';

/** Bytes of values that fit in an event of 6 MB as base64. */
const VALUE_BYTES = 4_400_000;
/** One digit fewer than a number that is stored as text instead of jsonb. */
const RUN = '9'.repeat(3_999);
/** Four records, because a row over 3 MiB fits in no request, and becomes a dead letter. */
const RECORDS = 4;

const list = (bytes: number) => `[${`${RUN},`.repeat(Math.floor(bytes / (RUN.length + 1)))}0]`;

/** JSON that consists only of long numbers. */
export const digitRuns: HostileEvent = {
  function: 'insertIntoRds',
  letters: 0,
  event: () =>
    mskEvent(Array.from({ length: RECORDS }, () => ({ topic: 'demo_topic', value: list(VALUE_BYTES / RECORDS) }))),
};

/** Measures the CPU time for making the rows of the event, in ms. */
export function measure(): { cpuMs: number; bytes: number } {
  const records = partitionsOf(digitRuns.event()).flatMap((partition) => partition.records);
  const before = process.cpuUsage();
  const bytes = records.map((record) => tables.records.row(record).length).reduce((sum, length) => sum + length);
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: Math.round((user + system) / 1_000), bytes };
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(measure()));
