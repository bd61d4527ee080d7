/** A record as Kafka stores it. */
export interface KafkaRecord {
  offset: number;
  /** Milliseconds since the epoch. */
  timestamp: number;
  /** Set if the broker's clock gave the timestamp. Otherwise the producer's clock did. */
  timestampType?: 'LOG_APPEND_TIME';
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly KafkaHeader[];
}

export interface KafkaHeader {
  name: string;
  value: Buffer | null;
}
