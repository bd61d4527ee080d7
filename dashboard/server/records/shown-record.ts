import type { KafkaRecord } from '#msk';
import type { TailItem } from '../../contract.ts';
import { bytesText } from './bytes-text.ts';
import { headersOf } from './headers.ts';
import { MASKED, maskedHeaders, maskedValue, mayBePersonal } from './mask.ts';

/** Characters of a value that a list shows; a single record is shown whole. */
const LENGTH = 2_000;

/**
 * A record as a list shows it: personal fields are masked, a long value is cut.
 */
export function listedRecord(topic: string, partition: number, record: KafkaRecord): TailItem {
  const item = shownRecord(topic, partition, record, false);
  return item.value.length > LENGTH ? { ...item, value: `${item.value.slice(0, LENGTH)}…` } : item;
}

/** @param reveal shows personal fields too */
export function shownRecord(topic: string, partition: number, record: KafkaRecord, reveal: boolean): TailItem {
  const isPersonal = mayBePersonal(topic);
  const { key, value } = record;
  const text = value === null ? 'null' : bytesText(value);
  const headers = headersOf(record);
  const keyText = key === null ? null : bytesText(key);
  return {
    partition,
    offset: String(record.offset),
    time: record.timestamp,
    key: keyText === null || reveal || !isPersonal ? keyText : MASKED,
    value: reveal ? text : maskedValue(text, isPersonal),
    headers: reveal ? headers : maskedHeaders(headers),
  };
}
