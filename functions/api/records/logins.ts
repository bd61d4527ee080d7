import type { Deadline } from '#lib/deadline.ts';
import type { Values } from '../http/route.ts';
import type { countLogins } from '../routes/records.ts';
import { boundedRange, orderedRange } from './range.ts';
import { type OpenDatabase, rowsOf, wholeValue, within } from './rows.ts';

type LoginValues = Values<typeof countLogins.parameters>;

/** The column of each field: the statement never has the client's text. None of them is personal. */
const COLUMNS = {
  device_type: 'device_type',
  app_version: 'app_version',
  locale: 'locale',
} as const satisfies Record<LoginValues['by'], string>;

/** Counts logins. It reads every login in the range, so the range is bounded. */
export function readLogins(open: OpenDatabase, now: () => number = Date.now) {
  return async (values: LoginValues, deadline: Deadline): Promise<object> => {
    const { by, limit } = values;
    const { from, to } = orderedRange(boundedRange(values, now()));
    const where = within('event_time', { from, to });
    const rows = await rowsOf(open(deadline), {
      sql: `
        SELECT ${COLUMNS[by]} AS value, count(*) AS logins, sum(count(*)) OVER () AS total
        FROM logins WHERE ${where.sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :limit`,
      values: [...where.values, wholeValue('limit', limit)],
    });
    const items = rows.map(({ value, logins }) => ({ value, logins: Number(logins) }));
    const listed = items.reduce((sum, { logins }) => sum + logins, 0);
    const total = Number(rows[0]?.['total'] ?? 0);
    return { by, from: new Date(from).toISOString(), to: new Date(to).toISOString(), items, others: total - listed };
  };
}
