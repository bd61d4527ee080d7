/** In what forms a log might hold a secret: as text, and within any base64 text. */
export function searchedForms(secret: string): string[] {
  return [secret, ...base64Forms(secret)];
}

/** What every base64 text has that holds these bytes, wherever they begin: by their place modulo 3. */
export function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    return bytes.toString('base64').slice(before === 0 ? 0 : before + 1, Math.floor((bytes.length * 4) / 3));
  });
}
