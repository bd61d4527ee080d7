import { isUtf8 } from 'node:buffer';

/** UTF-8 bytes as text, other bytes as `base64:…`; cut to so many characters. */
export function bytesText(bytes: Buffer, most = Number.POSITIVE_INFINITY): string {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : `base64:${bytes.toString('base64')}`;
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
