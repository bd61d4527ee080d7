// Stands for `node:zlib` in the code under simulation: the real gzip works in other threads, at times of its own.
export * from 'node:zlib';

export function gzip(data: Buffer | string, _: object, done: (error: Error | null, result: Buffer) => void): void {
  done(null, Buffer.from(data));
}

export const gunzipSync = (data: Buffer): Buffer => data;
