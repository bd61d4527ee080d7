import { currentClock, immediately } from './clock.ts';

/** Stands for `node:timers/promises` in the code under simulation. */
export function setTimeout<T>(ms = 0, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new DOMException('The operation was aborted', 'AbortError'));
    if (signal?.aborted) return aborted();
    const cancel = currentClock().after(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve(value as T);
    });
    const stop = () => {
      cancel();
      aborted();
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

export function setImmediate<T>(value?: T): Promise<T> {
  return new Promise((resolve) => immediately(() => resolve(value as T)));
}
