import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { boundedCache } from '#lib/bounded-cache.ts';

/** Dead letters that a function has made of records with this fault. */
export interface Cause {
  readonly function: string;
  readonly code: string;
  readonly records: number;
}

const DAY_MS = 86_400_000;
const HOUR_SECONDS = 3_600;
const TIMEOUT_MS = 2_000;
/** CloudWatch bills each metric of each request. A page that polls each second must not ask it each second. */
const AGE_MS = 5 * 60_000;

/**
 * Asks CloudWatch for the dead letters of the last 24 hours by function and code: the metric DeadLettersByCode of
 * lib/observability/observe.ts, in hours. An instance keeps the answer for 5 minutes.
 * @returns null where CloudWatch doesn't answer: it must not fail the whole route
 */
export function deadLettersByCause(client: Pick<CloudWatchClient, 'send'>, namespace: string) {
  const cache = boundedCache<Cause[] | null>({ ageMs: AGE_MS, size: 1 });
  return async (now: number): Promise<Cause[] | null> => {
    const known = cache.get(namespace);
    if (known !== undefined) return known.value;
    const causes = await ask(client, namespace, now).catch(() => null);
    cache.set(namespace, causes);
    return causes;
  };
}

async function ask(client: Pick<CloudWatchClient, 'send'>, namespace: string, now: number): Promise<Cause[]> {
  const command = new GetMetricDataCommand({
    StartTime: new Date(now - DAY_MS),
    EndTime: new Date(now),
    MetricDataQueries: [
      {
        Id: 'causes',
        Expression: `SEARCH('{"${namespace}",service,code} MetricName="DeadLettersByCode"', 'Sum', ${HOUR_SECONDS})`,
        Label: `\${PROP('Dim.service')} \${PROP('Dim.code')}`,
      },
    ],
  });
  const { MetricDataResults = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  return MetricDataResults.map(({ Label = '', Values = [] }) => {
    const [name = '', code = ''] = Label.split(' ');
    return { function: name, code, records: Values.reduce((sum, value) => sum + value, 0) };
  }).toSorted((a, b) => b.records - a.records);
}
