import { metrics } from '#resources/derived/metrics.ts';
import type { Board } from './dashboard.ts';
import { FUNCTION_BOARD } from './panels.ts';

const OWN = 'function="$function"';
/** The name of a consumer group begins with its function's name (functions.yml). */
const GROUPS = 'consumergroup=~"$function-.*"';
const STACK = 'msk-pipeline-$stage';

const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}{${OWN}}[$__rate_interval]))`;
const quantiles = (histogram: string) =>
  [0.5, 0.95, 0.99].map((share) => ({
    expr: `histogram_quantile(${share}, ${rate(`${histogram}_bucket`, 'le')})`,
    legend: `p${share * 100}`,
  }));
const own = (name: string) => ({ metric: metrics.own(STACK, '$function', name), statistic: 'Sum' });
const lambda = (name: string, statistic: string) => ({
  metric: { ...metrics.lambda('', name), dimensions: { FunctionName: `${STACK}-$function` } },
  statistic,
});

export const ofFunction: Board = {
  uid: FUNCTION_BOARD,
  title: 'MSK to Lambda: one function',
  about: 'Records, dead letters, lag and durations of one function. The closed row: the same of a deployed stage.',
  hasFunction: true,
  rows: [
    {
      title: 'Records of $function',
      graphs: [
        {
          title: 'Taken, processed, refused',
          about: 'What the function itself counts. The rest was handed back.',
          unit: 'rps',
          lines: [
            { expr: rate('pipeline_records_total', 'function'), legend: 'taken' },
            { expr: rate('pipeline_processed_total', 'function'), legend: 'processed' },
            { expr: rate('pipeline_dead_letters_total', 'function'), legend: 'dead letters' },
          ],
        },
        {
          title: 'Records done, by topic',
          about: 'What the mappings have committed.',
          unit: 'rps',
          lines: [{ expr: rate('lambda_esm_committed_event_count_total', 'topic'), legend: '{{topic}}' }],
        },
        {
          title: 'Failures',
          about: 'Failed invocations of the mappings, and batches that the function handed back.',
          unit: 'ops',
          lines: [
            { expr: rate('lambda_esm_invoke_error_count_total', 'topic'), legend: 'failed on {{topic}}' },
            { expr: rate('pipeline_failed_batches_total', 'function'), legend: 'handed back' },
          ],
        },
      ],
    },
    {
      title: 'Lag of $function',
      graphs: [
        {
          title: 'Records that wait, by partition',
          about: 'One partition above the others: a key has most of the records, or a record of it fails.',
          unit: 'short',
          lines: [{ expr: `kafka_consumergroup_lag{${GROUPS}}`, legend: '{{topic}}-{{partition}}' }],
        },
        {
          title: 'Age of the oldest waiting record, by partition',
          about: 'A gap: records wait that the mapping has not fetched.',
          unit: 's',
          lines: [{ expr: `kafka_consumergroup_lag_seconds{${GROUPS}}`, legend: '{{topic}}-{{partition}}' }],
        },
        {
          title: 'Partitions and batches',
          about: 'Partitions that the mappings read, and batches in flight.',
          unit: 'none',
          lines: [
            { expr: `lambda_esm_assigned_partitions{${OWN}}`, legend: '{{topic}}, partitions' },
            { expr: `lambda_esm_batches_in_flight{${OWN}}`, legend: '{{topic}}, in flight' },
          ],
        },
      ],
    },
    {
      title: 'Time of $function',
      graphs: [
        {
          title: 'Duration of an invocation',
          about: 'A store that is slow shows here.',
          unit: 's',
          lines: quantiles('lambda_invocation_duration_seconds'),
        },
        {
          title: 'From a record to its end in the function',
          about: 'From the timestamp of a batch’s oldest record until the function is done with the batch.',
          unit: 's',
          lines: quantiles('lambda_esm_batch_age_seconds'),
        },
      ],
    },
    {
      title: 'On AWS: $function',
      isAws: true,
      graphs: [
        {
          title: 'Taken, processed, refused',
          about: 'In a minute.',
          unit: 'short',
          lines: [own('Records'), own('Processed'), own('DeadLetters'), own('FailedBatches')],
        },
        {
          title: 'Errors, throttles',
          about: 'In a minute.',
          unit: 'short',
          lines: [lambda('Errors', 'Sum'), lambda('Throttles', 'Sum')],
        },
        {
          title: 'Duration',
          about: 'Of an invocation.',
          unit: 'ms',
          lines: [lambda('Duration', 'p50'), lambda('Duration', 'p99')],
        },
        {
          title: 'Invocations at once',
          about: 'The most in a minute.',
          unit: 'none',
          lines: [lambda('ConcurrentExecutions', 'Maximum')],
        },
      ],
    },
  ],
};
