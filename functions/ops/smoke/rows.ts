import type { SqlParameter } from '@aws-sdk/client-rds-data';
import type { Deadline } from '#lib/deadline.ts';
import { type Database, json } from '#lib/stores/data-api.ts';
import type { Marked, Place } from './place.ts';

/** Uses the index on topic, partition and offset, as the topic may have many other rows. */
const RANGES = 'jsonb_to_recordset(CAST(:ranges AS jsonb)) AS range(partition int, "from" bigint, "to" bigint)';
const MARKED = `r.topic = :topic AND r.partition = range.partition AND r."offset" >= range."from"
  AND r."offset" < range."to" AND r.key_text LIKE :keys`;

/** PostgreSQL's table of records. */
export function rowsIn(open: (deadline: Deadline) => Database): Place {
  return {
    name: 'PostgreSQL',
    async find(marked, deadline) {
      const sql = `SELECT r.key_text FROM records r, ${RANGES} WHERE ${MARKED}`;
      const { records = [] } = await open(deadline).execute(sql, parameters(marked));
      return new Set(records.map(([key]) => String(key?.stringValue)));
    },
    async remove(marked, deadline) {
      await open(deadline).execute(`DELETE FROM records r USING ${RANGES} WHERE ${MARKED}`, parameters(marked));
    },
  };
}

function parameters({ topic, marker, ranges }: Marked): SqlParameter[] {
  return [
    { name: 'topic', value: { stringValue: topic } },
    { name: 'keys', value: { stringValue: `${marker}%` } },
    json('ranges', ranges),
  ];
}
