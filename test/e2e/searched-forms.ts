/** The forms in which a log could contain a secret: as text, or inside a base64 text. */
export function searchedForms(secret: string): string[] {
  return [secret, ...base64Forms(secret)];
}

/** A base64 text with these bytes contains one of these three strings, depending on their position modulo 3. */
export function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    return bytes.toString('base64').slice(before === 0 ? 0 : before + 1, Math.floor((bytes.length * 4) / 3));
  });
}
