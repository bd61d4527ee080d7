import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { type Deadline, retry } from '#lib/deadline.ts';
import { toPipelineError } from '#lib/errors.ts';
import { type BatchFunction, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { sideBySide } from '#lib/stores/side-by-side.ts';
import { alertDocument } from '../sinks/alert-document.ts';
import type { Cooldown, Subject } from './cooldown.ts';

/** What SNS is asked to send; the topic is the publisher's. */
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
  /** an alert whose event is longer ago is nobody's news: a backlog's, or one of before there were notifications */
  readonly maxAgeMs: number;
  /** told how many of a batch were too old */
  readonly tooOld: (count: number) => void;
  readonly now?: () => number;
}

const AT_ONCE = 20;

/** Of each vehicle's alerts of a kind, one message per cooldown. */
export function notify({ cooldown, publish, maxAgeMs, tooOld, now = Date.now }: NotifyOptions): BatchFunction {
  /** The first stands for all: where it fails, all of them come again. */
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

/** SNS takes a subject of 100 characters of ASCII at most; attributes are for filter policies of subscribers. */
function notificationOf({ vehicleId, alert }: Subject, document: Candidate['document']): Notification {
  return {
    Subject: `${alert}: ${vehicleId}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 100),
    Message: JSON.stringify(document, undefined, 2),
    MessageAttributes: { alert: { DataType: 'String', StringValue: alert } },
  };
}
