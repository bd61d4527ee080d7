import type { Answer } from '../proxy/http-proxy.ts';
import type { HttpServer } from '../proxy/proxies.ts';

/** Why a server refuses a request that is right. */
export type Refusal = 'throttled' | 'failed' | 'expired' | 'full';

/** What each server answers then, by its own documentation. An absent one has no such answer. */
export const ANSWERS: Readonly<Record<HttpServer, Partial<Record<Refusal, Answer>>>> = {
  dynamodb: {
    throttled: amazon(400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'),
    failed: amazon(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'),
    expired: amazon(400, 'com.amazon.coral.service#ExpiredTokenException'),
  },
  s3: {
    throttled: s3(503, 'SlowDown'),
    failed: s3(500, 'InternalError'),
    expired: s3(400, 'ExpiredToken'),
    // S3 itself is never full. Servers with its API that are answer so.
    full: s3(507, 'XMinioStorageFull'),
  },
  rdsData: {
    throttled: amazon(400, 'ThrottlingException'),
    failed: amazon(500, 'InternalServerErrorException'),
    expired: amazon(403, 'ExpiredTokenException'),
    full: amazon(
      400,
      'DatabaseErrorException',
      'ERROR: could not extend file: No space left on device; SQLState: 53100',
    ),
  },
  opensearch: {
    throttled: openSearch(429, 'rejected_execution_exception'),
    failed: openSearch(500, 'internal_server_error'),
    expired: amazon(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
    full: openSearch(429, 'cluster_block_exception'),
  },
  schemaRegistry: {
    throttled: registry(429, 42901),
    failed: registry(500, 50001),
    expired: registry(401, 40101),
  },
};

function amazon(status: number, type: string, message = 'made by the proxy'): Answer {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type.replace(/^.*#/, '') };
  return { status, headers, body: JSON.stringify({ __type: type, message }) };
}

function s3(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>made by the proxy</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function openSearch(status: number, type: string): Answer {
  const body = JSON.stringify({ error: { type, reason: 'made by the proxy' }, status });
  return { status, headers: { 'content-type': 'application/json' }, body };
}

function registry(status: number, code: number): Answer {
  const body = JSON.stringify({ error_code: code, message: 'made by the proxy' });
  return { status, headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' }, body };
}
