import type { BatchFunction, Failure } from '#lib/kafka/batch.ts';
import { recordsOf } from '#lib/kafka/batch.ts';
import type { RecordProducer } from '#lib/kafka/client/producer.ts';
import type { Message } from '#lib/kafka/message.ts';
import { eachRecord, producedHeaders } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { resultSource } from '#lib/kafka/redrive.ts';
import { alertHeaders } from './alert-headers.ts';
import { alertsOf, type Thresholds } from './alerts.ts';
import { type CurrentTrip, type Estimate, estimate } from './estimate.ts';
import type { Location } from './location.ts';
import { type ProcessedReading, type Reading, readTelemetry, type ValidReading } from './schema.ts';
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
    const messages: Message[] = [];
    for (const { record, result } of done) {
      addMessages(messages, record, result, current.get(result.reading.vehicleId));
    }
    const refused = await producer.send(batch.bootstrapServers, messages, batch.deadline);
    return [...failures, ...refused.map(({ message, error }): Failure => ({ record: message.from, error }))];
  };

  /** The processed reading, and an alert for each rule that it breaks. */
  function addMessages(to: Message[], from: KafkaRecord, valid: ValidReading, currentTrip: CurrentTrip | undefined) {
    const { reading, location } = valid;
    const arrival = currentTrip && estimate(valid, currentTrip);
    const source = resultSource(from);
    const key = reading.vehicleId;
    to.push({
      topic: topics.processed,
      key,
      value: JSON.stringify(processed(reading, location, arrival)),
      headers: producedHeaders(from, source),
      from,
    });
    const trip = currentTrip && arrival && { ...currentTrip, ...arrival };
    for (const { alert, threshold } of alertsOf({ reading, trip }, thresholds)) {
      to.push({
        topic: topics.alerts,
        key,
        value: JSON.stringify(alert),
        headers: producedHeaders(from, `${source}/${alert.alert}`).concat(
          alertHeaders(location, currentTrip?.tripId, threshold),
        ),
        from,
      });
    }
  }
}

/** Written field by field: that is several times as fast as spreading three objects. */
function processed(reading: Reading, { latitude, longitude }: Location, arrival: Estimate | undefined) {
  const { vehicleId, location, speed, fuelLevel, temperature, timestamp } = reading;
  const { distanceRemainingKm, estimatedArrival } = arrival ?? NOT_ON_A_TRIP;
  return {
    vehicleId,
    location,
    speed,
    fuelLevel,
    temperature,
    timestamp,
    latitude,
    longitude,
    distanceRemainingKm,
    estimatedArrival,
  } satisfies ProcessedReading;
}

const NOT_ON_A_TRIP: Partial<Estimate> = {};
