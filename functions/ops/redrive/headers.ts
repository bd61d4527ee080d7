import type { Header } from '#lib/kafka/headers.ts';

/** The last header of that name as text; '' if it has no value, undefined if there is none. */
export function headerText(headers: readonly Header[], name: string): string | undefined {
  const header = headers.findLast((own) => own.name === name);
  return header && (header.value?.toString('utf8') ?? '');
}
