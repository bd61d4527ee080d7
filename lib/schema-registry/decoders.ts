import type { Type } from 'avsc';
import { boundedCache } from '../bounded-cache.ts';
import { type Deadline, retry, within } from '../deadline.ts';
import { type PipelineError, TransientError, toPipelineError } from '../errors.ts';
import { sideBySide } from '../stores/side-by-side.ts';
import { avroDecoder, type Decoder } from './avro.ts';
import { wrong } from './errors.ts';
import type { Framing, SchemaRegistries } from './registry.ts';

/** A schema by its registry's framing and its id there. */
export interface SchemaKey {
  readonly framing: Framing;
  readonly schemaId: string;
}

export interface Decoders {
  /**
   * What decodes records of each of the schemas, or why nothing does: permanent, or transient where a registry is away.
   * It doesn't throw: a registry that is away stops the records that need it, and no others.
   */
  of(keys: Iterable<SchemaKey>, deadline: Deadline): Promise<DecoderOf>;
}

/** @throws PipelineError why there is none */
export type DecoderOf = (key: SchemaKey) => Decoder;

export interface DecodersOptions {
  registries: SchemaRegistries;
  reader: Type;
  /** schemas remembered at most */
  size?: number;
  /** ids that no registry knows remembered at most, and for how long: a schema may be registered a moment later */
  unknownSize?: number;
  unknownMs?: number;
  now?: () => number;
}

/** Lookups at once: a registry's rate is an account's, shared with all who use it. */
const SIDE_BY_SIDE = 8;
/** How long an invocation looks for schemas; the rest of its time is for the records that need none. */
const LOOKUP_MS = 10_000;

const keyText = ({ framing, schemaId }: SchemaKey): string => `${framing}:${schemaId}`;

/**
 * The decoders of an execution environment, by schema id. A schema is looked up once, however many ask at the same
 * time; one that can't be read stays so, since what an id stands for never changes; an id that isn't known is asked for
 * again after a while; a registry that failed is asked again at the next need.
 */
export function schemaDecoders(options: DecodersOptions): Decoders {
  const { registries, reader, size = 200, unknownSize = 10_000, unknownMs = 30_000, now = Date.now } = options;
  // Two: a flood of ids that nobody knows pushes out no schema.
  const known = boundedCache<Decoder | PipelineError>({ ageMs: Number.POSITIVE_INFINITY, size, now });
  const unknown = boundedCache<PipelineError>({ ageMs: unknownMs, size: unknownSize, now });
  const underWay = new Map<string, Promise<Decoder>>();

  async function load(key: SchemaKey, deadline: Deadline): Promise<Decoder> {
    const text = keyText(key);
    try {
      const registry = registries[key.framing];
      if (registry === undefined) throw wrong.unknown(key.schemaId, `no registry is set for ${key.framing} framing`);
      const schema = await retry(() => registry.schema(key.schemaId, deadline), { deadline });
      const decoder = avroDecoder(schema, reader);
      known.set(text, decoder);
      return decoder;
    } catch (error) {
      const failure = toPipelineError(error);
      if (failure.code === 'UNKNOWN_SCHEMA') unknown.set(text, failure);
      else if (!failure.retriable) known.set(text, failure);
      throw failure;
    }
  }

  async function lookUp(key: SchemaKey, deadline: Deadline): Promise<Decoder | PipelineError> {
    const text = keyText(key);
    const before = known.get(text) ?? unknown.get(text);
    if (before !== undefined) return before.value;
    const loading = underWay.get(text) ?? load(key, deadline).finally(() => underWay.delete(text));
    underWay.set(text, loading);
    return loading.catch(toPipelineError);
  }

  return {
    async of(keys, deadline) {
      const distinct = [...new Map([...keys].map((key) => [keyText(key), key])).values()];
      const bounded = within(LOOKUP_MS, deadline);
      const results = await sideBySide(distinct, SIDE_BY_SIDE, (key) => lookUp(key, bounded));
      const found = new Map(distinct.map((key, i) => [keyText(key), results[i]]));
      return (key) => {
        const result = found.get(keyText(key));
        if (typeof result === 'function') return result;
        throw result ?? new TransientError('SCHEMA_REGISTRY', 'the schema was not looked up');
      };
    },
  };
}
