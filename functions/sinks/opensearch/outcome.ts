import { PermanentError, type PipelineError, TransientError } from '#lib/errors.ts';

/** The part of an item of a `_bulk` response that this service reads. */
export interface BulkItem {
  readonly status: number;
  readonly error?: {
    readonly type?: string;
    readonly reason?: string;
    readonly caused_by?: { readonly reason?: string };
  };
}

/** An earlier attempt created the document. */
const EXISTS = 409;

/**
 * Types of errors that the document itself causes, with the reasons that count. OpenSearch also uses
 * illegal_argument_exception for faults of the cluster (a missing pipeline, an alias without a write index, too many
 * shards), so for that type only these reasons are the document's fault. No other type is.
 */
const REJECTED: Readonly<Record<string, RegExp>> = {
  mapper_parsing_exception: /^/,
  document_parsing_exception: /^/,
  strict_dynamic_mapping_exception: /^/,
  illegal_argument_exception:
    /^(?:Document contains at least one immense term|if _id is specified it must not be empty)/,
};

/**
 * The failure of a document; undefined where the document is in its index. It is permanent where OpenSearch rejects
 * the document's content. Everything else is transient: 429, 5xx, a missing index, pipeline or permission, too many
 * shards, and unknown errors. They pass, or a deployment fixes them.
 */
export function failureOf({ status, error }: BulkItem): PipelineError | undefined {
  if (status === EXISTS || (status >= 200 && status < 300)) return undefined;
  const type = error?.type ?? 'unknown';
  if (status === 400 && Object.hasOwn(REJECTED, type) && REJECTED[type]?.test(error?.reason ?? '')) {
    return new PermanentError(`OPENSEARCH_${type.toUpperCase()}`, reasonOf(error));
  }
  const why = error?.reason === undefined ? '' : `: ${withoutValues(error.reason)}`;
  return new TransientError(`OPENSEARCH_${status}`, `OpenSearch answered ${status} (${type})${why}`);
}

/** The whole request failed: the cluster or the deployment is at fault. */
export function clusterError(cause: unknown): TransientError {
  const { name, statusCode } = cause as Error & { statusCode?: number };
  const message = `OpenSearch failed: ${[name, statusCode].filter(Boolean).join(' ')}`;
  return new TransientError('OPENSEARCH', message, { cause });
}

/** OpenSearch's reason names the field. The part that quotes the value is left out: it is payload. */
function reasonOf(error: BulkItem['error']): string {
  const reasons = [error?.reason, error?.caused_by?.reason].map((reason = '') => reason.replace(QUOTED, '').trim());
  const text = reasons.filter((reason) => reason !== '').join('; ');
  return `OpenSearch rejects the document: ${text.slice(0, 500)}`;
}

/** An unknown reason may hold values anywhere: everything in brackets or quotes is left out. */
const withoutValues = (reason: string) =>
  reason
    .replace(QUOTED, '')
    .replace(/\[[^\]]*(?:\]|$)|"[^"]*(?:"|$)|'[^']*(?:'|$)/g, '[…]')
    .slice(0, 200);

const QUOTED =
  /(?: in document with id|\.? Preview of field's value|: \[|, input:|For input string|failed to parse date field).*$/s;
