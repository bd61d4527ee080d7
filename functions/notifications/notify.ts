import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { type Deadline, retry } from '#lib/deadline.ts';
import { toPipelineError } from '#lib/errors.ts';
import { type BatchFunction, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { sideBySide } from '#lib/side-by-side.ts';
import { alertDocument } from '../sinks/alert-document.ts';
import type { Cooldown, Subject } from './cooldown.ts';

/** A message for SNS, without its topic, which the publisher knows. */
export type Notification = Required<Pick<PublishCommandInput, 'Subject' | 'Message' | 'MessageAttributes'>>;
export type Publish = (notification: Notification, deadline: Deadline) => Promise<void>;

interface Candidate {
  readonly record: KafkaRecord;
  readonly subject: Subject;
  readonly source: string;
  /** ms since the epoch */
  readonly eventTime: number;
  readonly document: Readonly<Record<string, unknown>>;
}

export interface NotifyOptions {
  readonly cooldown: Cooldown;
  readonly publish: Publish;
  /** older alerts, by event time, are not sent: they come from a backlog, or from before notifications were on */
  readonly maxAgeMs: number;
  /** called once per batch, with the number of alerts that were too old */
  readonly tooOld: (count: number) => void;
  readonly now?: () => number;
}

const AT_ONCE = 20;

/** Sends one message for each vehicle, kind of alert and cooldown. */
export function notify({ cooldown, publish, maxAgeMs, tooOld, now = Date.now }: NotifyOptions): BatchFunction {
  /** The first alert stands for all of them: if it fails, all are handed back. */
  async function notifyOnce(candidates: readonly Candidate[], deadline: Deadline): Promise<Failure[]> {
    const [{ subject, source, document }, ...others] = candidates as [Candidate, ...Candidate[]];
    const sources = [source, ...others.map((other) => other.source)] as const;
    try {
      if (!(await retry(() => cooldown.claim(subject, sources, deadline), { deadline }))) return [];
      await retry(() => publish(notificationOf(subject, document), deadline), { deadline });
      await retry(() => cooldown.sent(subject, source, deadline), { deadline });
      return [];
    } catch (thrown) {
      const error = toPipelineError(thrown);
      return candidates.map(({ record }) => ({ record, error }));
    }
  }

  return async (batch) => {
    const { done, failures } = eachRecord(recordsOf(batch), candidateOf);
    const oldest = now() - maxAgeMs;
    const candidates = done.map(({ result }) => result).filter(({ eventTime }) => eventTime >= oldest);
    tooOld(done.length - candidates.length);
    const bySubject = Map.groupBy(candidates, ({ subject }) => JSON.stringify(subject));
    const failed = await sideBySide([...bySubject.values()], AT_ONCE, (own) => notifyOnce(own, batch.deadline));
    return [...failures, ...failed.flat()];
  };
}

function candidateOf(record: KafkaRecord): Candidate {
  const { id, vehicleId, alert, eventTime, source: document } = alertDocument(record);
  return { record, subject: { vehicleId, alert }, source: id, eventTime: Date.parse(eventTime), document };
}

/** A subject in SNS has at most 100 characters, in ASCII. The attributes are for subscribers' filter policies. */
function notificationOf({ vehicleId, alert }: Subject, document: Candidate['document']): Notification {
  return {
    Subject: `${alert}: ${vehicleId}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 100),
    Message: JSON.stringify(document, undefined, 2),
    MessageAttributes: { alert: { DataType: 'String', StringValue: alert } },
  };
}
