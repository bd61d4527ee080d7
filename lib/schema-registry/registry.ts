import type { Deadline } from '../deadline.ts';

/** How a record names the schema that it was written with, and so which registry knows it. */
export type Framing = 'confluent' | 'glue';

/** A schema registry as a reader of records needs it. What an id stands for never changes, so it may be cached. */
export interface SchemaRegistry {
  /**
   * The Avro schema registered under an id, as JSON text: one call, not tried again.
   * @param id as the framing has it: a decimal number (Confluent's), a schema version's UUID (Glue)
   * @throws PermanentError UNKNOWN_SCHEMA where the registry has none of that id, INCOMPATIBLE_SCHEMA where it isn't Avro
   * @throws TransientError SCHEMA_REGISTRY where the registry is away, throttles, refuses us or isn't in time
   */
  schema(id: string, deadline: Deadline): Promise<string>;
}

/** The registries of a function; a framing without one is permanent for its records. */
export type SchemaRegistries = Readonly<Partial<Record<Framing, SchemaRegistry>>>;
