import type { Deadline } from '../deadline.ts';

/** How a record holds the id of its writer's schema, and thus which kind of registry has it. */
export type Framing = 'confluent' | 'glue';

/** A schema registry, as readers of records use it. The schema of an id never changes, so it may be cached. */
export interface SchemaRegistry {
  /**
   * The Avro schema registered under an id, as JSON text. One call, without a retry.
   * @param id as in the framing: a decimal number (Confluent) or a schema version's UUID (Glue)
   * @throws PermanentError UNKNOWN_SCHEMA if the registry has no such id, INCOMPATIBLE_SCHEMA if the schema isn't Avro
   * @throws TransientError SCHEMA_REGISTRY if the registry is down, throttles, refuses access or doesn't answer in time
   */
  schema(id: string, deadline: Deadline): Promise<string>;
}

/** The registries of a function. A record whose framing has no registry fails permanently. */
export type SchemaRegistries = Readonly<Partial<Record<Framing, SchemaRegistry>>>;
