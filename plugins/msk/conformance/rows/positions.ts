import { equal } from '../judge/delivery.ts';
import { delivered, type Seen } from '../seen/seen.ts';
import { type Row, request } from './row.ts';

/** Half of the records are older than this. */
const MIDDLE_SECONDS = 1_700_000_001;
const before = [
  request(
    { value: 'old', timestamp: (MIDDLE_SECONDS - 1) * 1000 },
    { value: 'middle', timestamp: (MIDDLE_SECONDS + 4) * 1000 },
  ),
];
/** Such old records would be deleted. */
const topicConfigs = { 'retention.ms': '-1' };
const got = (seen: Seen) => delivered(seen).map(({ text }) => text);

export const positionRows: Row[] = [
  {
    id: 'trim-horizon',
    rule: 'TRIM_HORIZON reads from the beginning',
    topicConfigs,
    before,
    judge: (seen) => equal('values', got(seen), ['old', 'middle']),
  },
  {
    id: 'at-timestamp',
    rule: 'AT_TIMESTAMP reads from a time on',
    topicConfigs,
    mapping: { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: MIDDLE_SECONDS },
    before,
    judge: (seen) => equal('values', got(seen), ['middle']),
  },
  {
    id: 'latest',
    rule: 'LATEST reads from the end',
    topicConfigs,
    mapping: { startingPosition: 'LATEST' },
    before,
    ticks: true,
    judge(seen) {
      const values = got(seen);
      const ticks = values.map((text) => Number(text?.split(' ')[1]));
      const gap = ticks.some((tick, at) => at > 0 && tick !== (ticks[at - 1] as number) + 1);
      return [
        ...equal('whether a record of before came', values.includes('old') || values.includes('middle'), false),
        ...equal('whether a record after the first is missing', gap, false),
        ...(values.length > 1 ? [] : ['no record that was produced after the start came']),
      ];
    },
  },
];
