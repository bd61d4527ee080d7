import { type Invocation, invocationOf } from '#functions/ops/redrive/invocation.ts';

/** The on-failure records in a text, and how many other things are in it. */
export interface Parsed {
  invocations: Invocation[];
  others: number;
}

/**
 * Reads JSON, or JSON lines. Each value is what Lambda wrote, or what carries it: a list, the answer of SQS, a message
 * of SQS, or of SNS to SQS.
 */
export function parsed(text: string): Parsed {
  const all = valuesIn(text).flatMap(carriedBy).map(invocationOf);
  const invocations = all.filter((own) => own !== undefined);
  return { invocations, others: all.length - invocations.length };
}

function valuesIn(text: string): unknown[] {
  const whole = jsonIn(text);
  if (whole !== undefined) return [whole];
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [jsonIn(line)]));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function carriedBy(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(carriedBy);
  const { Messages: messages, Body: body, Type: type, Message: message } = Object(value) as Record<string, unknown>;
  if (Array.isArray(messages)) return messages.flatMap(carriedBy);
  const carried = type === 'Notification' ? message : body;
  return typeof carried === 'string' ? carriedBy(jsonIn(carried)) : [value];
}
