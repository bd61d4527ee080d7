import type { Type } from 'avsc';
import { boundedCache } from '../bounded-cache.ts';
import { type Deadline, retry, within } from '../deadline.ts';
import { type PipelineError, TransientError, toPipelineError } from '../errors.ts';
import { sideBySide } from '../side-by-side.ts';
import { avroDecoder, type Decoder } from './avro.ts';
import { wrong } from './errors.ts';
import type { Framing, SchemaRegistries } from './registry.ts';

/** The key of a schema: its framing, which tells the registry, and its id there. */
export interface SchemaKey {
  readonly framing: Framing;
  readonly schemaId: string;
}

export interface Decoders {
  /** Finds the decoder of each schema. It doesn't throw: if a registry is down, only the records that need it fail. */
  of(keys: Iterable<SchemaKey>, deadline: Deadline): Promise<DecoderOf>;
}

/** @throws PipelineError if there is no decoder: permanent, or transient where a registry is down */
export type DecoderOf = (key: SchemaKey) => Decoder;

export interface DecodersOptions {
  registries: SchemaRegistries;
  reader: Type;
  /** the most schemas that are kept */
  size?: number;
  /** the most unknown ids that are kept, and for how many ms: someone may register the schema a moment later */
  unknownSize?: number;
  unknownMs?: number;
  now?: () => number;
}

/** The most lookups in parallel: the registry's rate limit is shared by the whole account. */
const SIDE_BY_SIDE = 8;
/**
 * The longest time for the lookups of an invocation, in ms. The rest of its time is for records that need no lookup.
 */
const LOOKUP_MS = 10_000;

const keyText = ({ framing, schemaId }: SchemaKey): string => `${framing}:${schemaId}`;

/**
 * The decoders of an execution environment, by schema id.
 *
 * - A schema is looked up once, also when several callers need it at the same time.
 * - If a schema can't be read, this result is kept: the schema of an id never changes.
 * - An unknown id is looked up again after `unknownMs`.
 * - After a registry failed, it is asked again the next time that the schema is needed.
 */
export function schemaDecoders(options: DecodersOptions): Decoders {
  const { registries, reader, size = 200, unknownSize = 10_000, unknownMs = 30_000, now = Date.now } = options;
  // Two caches, so that many unknown ids don't push out the schemas.
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
