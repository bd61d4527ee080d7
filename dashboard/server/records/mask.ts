import { isPersonalName } from '#lib/personal-fields.ts';

export const MASKED = '•••';

/**
 * A value as a page may show it: the personal fields of a JSON value are masked, at any depth. A value that isn't JSON
 * is hidden where the topic may hold logins or orders, because nobody knows where a name is in it.
 */
export function maskedValue(text: string, isPersonal: boolean): string {
  try {
    const parsed: unknown = JSON.parse(text);
    // As it was written where nothing is masked.
    return hasPersonal(parsed)
      ? JSON.stringify(parsed, (name, value) => (isPersonalName(name) ? MASKED : value))
      : text;
  } catch {
    return isPersonal ? `${MASKED} (${text.length} characters that aren't JSON)` : text;
  }
}

/** Whether records of a topic may hold personal data; its key is then masked too. */
export function mayBePersonal(topic: string): boolean {
  return /login|order/.test(topic);
}

export function maskedHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isPersonalName(name) ? MASKED : value]),
  );
}

function hasPersonal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, own]) => isPersonalName(name) || hasPersonal(own));
}
