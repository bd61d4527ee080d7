import { PermanentError, type PipelineError, TransientError } from '#lib/errors.ts';

/** One item of a `_bulk` response, as far as it matters here. */
export interface BulkItem {
  readonly status: number;
  readonly error?: {
    readonly type?: string;
    readonly reason?: string;
    readonly caused_by?: { readonly reason?: string };
  };
}

/** It is there already: an earlier attempt's. */
const EXISTS = 409;

/**
 * What OpenSearch says of a document, as against what it says of itself, its indices or the caller: a type, and for the
 * one that is used for anything (a pipeline that is missing, an alias without a write index, full shards), its reasons
 * too. What isn't here is no document's fault.
 */
const REFUSED: Readonly<Record<string, RegExp>> = {
  mapper_parsing_exception: /^/,
  document_parsing_exception: /^/,
  strict_dynamic_mapping_exception: /^/,
  illegal_argument_exception:
    /^(?:Document contains at least one immense term|if _id is specified it must not be empty)/,
};

/**
 * What has become of a document; undefined where it is in its index. A refusal for what the document is, is permanent.
 * All else is transient: 429, 5xx, a missing index, pipeline or right, too many shards, and whatever isn't known. They
 * pass, or need a deployment.
 */
export function failureOf({ status, error }: BulkItem): PipelineError | undefined {
  if (status === EXISTS || (status >= 200 && status < 300)) return undefined;
  const type = error?.type ?? 'unknown';
  if (status === 400 && Object.hasOwn(REFUSED, type) && REFUSED[type]?.test(error?.reason ?? '')) {
    return new PermanentError(`OPENSEARCH_${type.toUpperCase()}`, reasonOf(error));
  }
  const why = error?.reason === undefined ? '' : `: ${withoutValues(error.reason)}`;
  return new TransientError(`OPENSEARCH_${status}`, `OpenSearch answered ${status} (${type})${why}`);
}

/** OpenSearch's reason names the field. From where it quotes the value on, it is left out: that is payload. */
function reasonOf(error: BulkItem['error']): string {
  const reasons = [error?.reason, error?.caused_by?.reason].map((reason = '') => reason.replace(QUOTED, '').trim());
  const text = reasons.filter((reason) => reason !== '').join('; ');
  return `OpenSearch refuses the document: ${text.slice(0, 500)}`;
}

/** For a reason that isn't known: whatever may be a value is left out. */
const withoutValues = (reason: string) =>
  reason
    .replace(QUOTED, '')
    .replace(/\[[^\]]*(?:\]|$)|"[^"]*(?:"|$)|'[^']*(?:'|$)/g, '[…]')
    .slice(0, 200);

const QUOTED =
  /(?: in document with id|\.? Preview of field's value|: \[|, input:|For input string|failed to parse date field).*$/s;
