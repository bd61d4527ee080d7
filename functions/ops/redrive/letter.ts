import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import { coordinatesOf, withoutRedrive } from '#lib/kafka/redrive.ts';
import { headerText } from './headers.ts';
import { invocationOf } from './invocation.ts';
import { type Letter, pastOf } from './refused.ts';

const ERRORS = '__lambda.errors.';
const FIRST = `${ERRORS}topic`;

/**
 * Reads a dead letter: one that a function wrote (lib/kafka/dead-letter.ts), or one that a mapping wrote to its
 * on-failure topic. Undefined if the record is neither.
 */
export function letterOf(record: StoredRecord): Letter | undefined {
  const at = record.headers.findLastIndex(({ name }) => name === FIRST);
  if (at < 0) return onFailureLetter(record);
  const reasons = record.headers.slice(at);
  const text = (name: string) => headerText(reasons, ERRORS + name);
  const from = coordinatesOf(`${text('topic')}-${text('partition')}-${text('offset')}`);
  const [code, functionName] = [text('exception'), text('function')];
  if (from === undefined || code === undefined || functionName === undefined) return undefined;

  const headers = record.headers.slice(0, at);
  const truncated = text('truncated');
  return {
    from,
    ...pastOf(from, headers),
    function: functionName,
    code,
    message: text('message') ?? '',
    // A reading that is too large may have raised its alerts.
    ...(code === 'TOO_LARGE' && { mayHaveResults: true }),
    ...(truncated === undefined
      ? { content: { key: record.key, value: record.value, headers: withoutRedrive(headers) } }
      : { truncated }),
  };
}

/** Lambda writes a record for each one that its mapping gave up. */
function onFailureLetter({ value }: StoredRecord): Letter | undefined {
  try {
    const [only, ...more] = invocationOf(JSON.parse(String(value)))?.letters ?? [];
    return more.length > 0 ? undefined : only;
  } catch {
    return undefined;
  }
}
