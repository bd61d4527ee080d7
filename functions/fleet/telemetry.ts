import type { BatchFunction, Failure } from '#lib/kafka/batch.ts';
import { recordsOf } from '#lib/kafka/batch.ts';
import type { RecordProducer } from '#lib/kafka/client/producer.ts';
import type { Header } from '#lib/kafka/headers.ts';
import type { Message } from '#lib/kafka/message.ts';
import { eachRecord, producedHeaders } from '#lib/kafka/outcome.ts';
import { coordinatesText, type KafkaRecord } from '#lib/kafka/records.ts';
import { alertHeaders } from './alert-headers.ts';
import { alertsOf, type Thresholds } from './alerts.ts';
import { type CurrentTrip, estimate } from './estimate.ts';
import { readTelemetry, type ValidReading } from './schema.ts';
import type { TripReader } from './trips.ts';

export interface TelemetryOptions {
  producer: RecordProducer;
  trips: TripReader;
  thresholds: Thresholds;
  topics: { processed: string; alerts: string };
}

/** Processes a batch of readings: decode and validate, look up trips, enrich and raise alerts, produce. */
export function telemetry({ producer, trips, thresholds, topics }: TelemetryOptions): BatchFunction {
  return async (batch) => {
    const { done, failures } = eachRecord(recordsOf(batch), readTelemetry);
    const current = await trips.of(
      done.map(({ result }) => result.reading.vehicleId),
      batch.deadline,
    );
    const messages = done.flatMap(({ record, result }) =>
      toMessages(record, result, current.get(result.reading.vehicleId), thresholds, topics),
    );
    const refused = await producer.send(batch.bootstrapServers, messages, batch.deadline);
    return [...failures, ...refused.map(({ message, error }): Failure => ({ record: message.from, error }))];
  };
}

function toMessages(
  from: KafkaRecord,
  valid: ValidReading,
  currentTrip: CurrentTrip | undefined,
  thresholds: Thresholds,
  topics: TelemetryOptions['topics'],
): Message[] {
  const { reading, location } = valid;
  const arrival = currentTrip && estimate(valid, currentTrip);
  const source = coordinatesText(from);
  const message = (topic: string, name: string, value: object, more: readonly Header[] = []): Message => ({
    topic,
    key: Buffer.from(reading.vehicleId),
    value: Buffer.from(JSON.stringify(value)),
    headers: [...producedHeaders(from, name), ...more],
    from,
  });
  const sighting = { reading, ...(currentTrip && arrival && { trip: { ...currentTrip, ...arrival } }) };
  return [
    message(topics.processed, source, { ...reading, ...location, ...arrival }),
    ...alertsOf(sighting, thresholds).map(({ alert, threshold }) =>
      message(topics.alerts, `${source}/${alert.alert}`, alert, alertHeaders(location, currentTrip?.tripId, threshold)),
    ),
  ];
}
