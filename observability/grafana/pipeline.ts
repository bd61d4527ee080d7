import { metrics } from '#resources/derived/metrics.ts';
import type { Board, Row } from './dashboard.ts';
import { pipelineAws } from './pipeline-aws.ts';

const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}[$__rate_interval]))`;
const quantile = (share: number, histogram: string) =>
  `histogram_quantile(${share}, sum by (le, function) (rate(${histogram}_bucket[$__rate_interval])))`;

const now: Row = {
  title: 'Now',
  figures: [
    {
      title: 'Alerts that are raised',
      about: 'See the alerts in Prometheus; docs/observe.md says what to do about each.',
      unit: 'none',
      expr: 'count(ALERTS{alertstate="firing"}) or vector(0)',
      red: 1,
    },
    {
      title: 'Mappings that fail',
      about: 'A mapping fails while its latest batch has failed, or the brokers don’t answer.',
      unit: 'none',
      expr: 'sum(lambda_esm_failing)',
      red: 1,
    },
    {
      title: 'Servers that don’t answer',
      about: 'Of the local servers: brokers and stores.',
      unit: 'none',
      expr: 'sum(1 - pipeline_server_up)',
      red: 1,
    },
    {
      title: 'Oldest waiting record',
      about: 'The slowest partition of the slowest group decides.',
      unit: 's',
      expr: 'max(kafka_consumergroup_lag_seconds)',
      red: 60,
    },
    {
      title: 'Dead letters',
      about: 'The share of the records that functions refuse. The load has 1 % bad readings, and 5 % bad orders.',
      unit: 'percentunit',
      expr: 'sum(rate(pipeline_dead_letters_total[$__rate_interval])) / sum(rate(pipeline_records_total[$__rate_interval]))',
      red: 0.1,
    },
    {
      title: 'Longest open window',
      about: 'A window is open for its minute, 10 s of grace, and at most 90 s more.',
      unit: 's',
      expr: 'pipeline_window_longest_open_seconds',
      red: 240,
    },
  ],
};

const behind: Row = {
  title: 'Is anything behind?',
  graphs: [
    {
      title: 'Records that wait, by group',
      about: 'End offsets minus committed offsets. Under load some records always wait; look at the seconds beside.',
      unit: 'short',
      lines: [{ expr: 'sum by (consumergroup) (kafka_consumergroup_lag)', legend: '{{consumergroup}}' }],
    },
    {
      title: 'Age of the oldest waiting record, by group',
      about: 'The slowest partition decides. A gap: records wait that the mapping has not fetched.',
      unit: 's',
      lines: [{ expr: 'max by (consumergroup) (kafka_consumergroup_lag_seconds)', legend: '{{consumergroup}}' }],
    },
  ],
};

const flow: Row = {
  title: 'What comes in, and what is done',
  graphs: [
    {
      title: 'Records written, by topic',
      about: 'From the end offsets of all partitions.',
      unit: 'rps',
      lines: [{ expr: rate('kafka_topic_partition_current_offset', 'topic'), legend: '{{topic}}' }],
    },
    {
      title: 'Records done, by function',
      about: 'Records whose offsets are committed: processed, filtered out, or discarded.',
      unit: 'rps',
      lines: [{ expr: rate('lambda_esm_committed_event_count_total', 'function'), legend: '{{function}}' }],
    },
    {
      title: 'Load, by generator',
      about: 'What npm start generates, and how much of it is bad on purpose.',
      unit: 'rps',
      lines: [
        { expr: rate('pipeline_generated_records_total', 'generator'), legend: '{{generator}}' },
        { expr: rate('pipeline_generated_bad_records_total', 'generator'), legend: '{{generator}}, bad' },
      ],
    },
  ],
};

const errors: Row = {
  title: 'Errors',
  graphs: [
    {
      title: 'Invocations that failed, by function',
      about: 'They threw, timed out, or handed records back. The mapping tries them again.',
      unit: 'ops',
      lines: [{ expr: rate('lambda_esm_invoke_error_count_total', 'function'), legend: '{{function}}' }],
    },
    {
      title: 'Batches handed back, by function',
      about: 'A store or the brokers don’t answer. The function’s log says which.',
      unit: 'ops',
      lines: [{ expr: rate('pipeline_failed_batches_total', 'function'), legend: '{{function}}' }],
    },
    {
      title: 'Dead letters, by cause',
      about: 'docs/invariants.md lists the codes. Each dead letter has its cause in its headers.',
      unit: 'rps',
      lines: [{ expr: rate('pipeline_dead_letters_by_code_total', 'function, code'), legend: '{{function}} {{code}}' }],
    },
  ],
};

const latency: Row = {
  title: 'Latency',
  graphs: [
    {
      title: 'From a record to its end in the function, p50',
      about: 'From the timestamp of a batch’s oldest record until the function is done with the batch.',
      unit: 's',
      lines: [{ expr: quantile(0.5, 'lambda_esm_batch_age_seconds'), legend: '{{function}}' }],
    },
    {
      title: 'From a record to its end in the function, p99',
      about: 'As beside. Batching windows are part of it: the sinks wait up to a second for a fuller batch.',
      unit: 's',
      lines: [{ expr: quantile(0.99, 'lambda_esm_batch_age_seconds'), legend: '{{function}}' }],
    },
    {
      title: 'Duration of an invocation, p99',
      about: 'A store that is slow shows here.',
      unit: 's',
      lines: [{ expr: quantile(0.99, 'lambda_invocation_duration_seconds'), legend: '{{function}}' }],
    },
  ],
};

const windows: Row = {
  title: 'Windows of orders',
  graphs: [
    {
      title: 'Open windows',
      about: 'Windows with orders that are in no result yet.',
      unit: 'none',
      lines: [{ expr: 'pipeline_windows_open', legend: 'open' }],
    },
    {
      title: 'Results and corrections',
      about: 'A correction follows where an order came after its window had closed.',
      unit: 'ops',
      lines: [
        { expr: rate('pipeline_window_results_total', 'function'), legend: '{{function}}, results' },
        { expr: rate('pipeline_window_corrections_total', 'function'), legend: '{{function}}, corrections' },
        { expr: rate('pipeline_orders_late_total', 'function'), legend: '{{function}}, late orders' },
      ],
    },
    {
      title: 'From a window’s end to its result',
      about: 'The longest of the latest invocation that closed a window, and the time since then.',
      unit: 's',
      lines: [
        { expr: 'pipeline_window_lateness_seconds', legend: '{{function}}' },
        { expr: 'time() - pipeline_window_last_closed_timestamp_seconds', legend: '{{function}}, since the last one' },
      ],
    },
  ],
};

const servers: Row = {
  title: 'Servers',
  graphs: [
    {
      title: 'Does it answer?',
      about: '1: the server answers a request of its own protocol within 2 s.',
      unit: 'none',
      max: 1,
      lines: [{ expr: 'pipeline_server_up', legend: '{{server}}' }],
    },
    {
      title: 'How long it takes',
      about: 'To answer that request.',
      unit: 's',
      lines: [{ expr: 'pipeline_server_answer_seconds', legend: '{{server}}' }],
    },
  ],
};

export const pipeline: Board = {
  uid: 'msk-pipeline',
  title: 'MSK to Lambda: the pipeline',
  about:
    'Flow, lag, errors, latency, windows and servers of the whole pipeline. Closed rows: the same of a deployed stage.',
  rows: [now, behind, flow, errors, latency, windows, servers, ...pipelineAws(metrics)],
};
