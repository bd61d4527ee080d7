import type { Ask } from '../functions/requests.ts';
import { HELLO, type Row } from '../rows/row.ts';
import { topicOf } from '../rows/rows.ts';

/** Produces what each row's mapping finds when it begins to read. */
export async function sendBefore(rows: readonly Row[], stage: string, ask: Ask): Promise<void> {
  await Promise.all(
    rows.map(async (row) => {
      const requests = row.before ?? [{ sends: [{ value: HELLO }] }];
      await ask({ ask: 'produce', topic: topicOf(stage, row), requests, patienceMs: 0 });
    }),
  );
}
