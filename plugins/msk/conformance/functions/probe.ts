import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MskEvent, MskRecord } from '../../polling/event.ts';
import { ACT_HEADER, type Act } from '../rows/act.ts';
import { beginLines, endLine } from '../seen/lines.ts';
import { describe } from '../seen/seen.ts';

/**
 * The function of all mappings. It writes to its log what it gets, and then does what the records ask for in a header: so
 * one function serves every row, and needs no state.
 */
export async function handler(event: MskEvent): Promise<unknown> {
  const id = randomUUID();
  // Not console.log: on Lambda it would put a prefix before each line.
  for (const line of beginLines(id, Date.now(), describe(event))) process.stdout.write(line);
  const records = Object.values(event.records).flat();
  try {
    const answer = await answerTo(records);
    process.stdout.write(endLine(id, Date.now(), 'returned', answer));
    return answer;
  } catch (error) {
    process.stdout.write(endLine(id, Date.now(), 'threw'));
    throw error;
  }
}

async function answerTo(records: readonly MskRecord[]): Promise<unknown> {
  const asked = records.flatMap((record) => {
    const act = actOf(record);
    return act && (act.until === undefined || Date.now() < act.until) ? [{ record, act }] : [];
  });
  const hold = Math.max(0, ...asked.map(({ act }) => act.holdMs ?? 0));
  if (hold > 0) await sleep(hold);
  if (asked.some(({ act }) => act.exit)) process.exit(1);
  if (asked.some(({ act }) => act.throws)) throw new Error('the probe throws, as a record asks');
  const answering = asked.find(({ act }) => 'answer' in act);
  if (answering) return named(answering.act.answer, answering.record.topic);
  const reported = asked.filter(({ act }) => act.report).map(({ record }) => record);
  if (reported.length === 0) return undefined;
  return {
    batchItemFailures: reported.map(({ topic, partition, offset }) => ({
      itemIdentifier: { partition: `${topic}-${partition}`, offset },
    })),
  };
}

/** The answer with the topic's name in place of "TOPIC": a row doesn't know the name. */
function named(answer: unknown, topic: string): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll('TOPIC', topic));
}

function actOf({ headers }: MskRecord): Act | undefined {
  const bytes = headers.find((header) => Object.hasOwn(header, ACT_HEADER))?.[ACT_HEADER];
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Act);
}
