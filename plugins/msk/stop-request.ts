/**
 * Resolves when the process is asked to end: by SIGINT or SIGTERM, by the message `{ type: 'stop' }` from the process
 * that forked it, or by that process's end.
 */
export function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
    if (!process.connected) return;
    process.on('disconnect', () => resolve());
    process.on('message', (message) => {
      if (isStop(message)) resolve();
    });
    // Listening holds the process, which a failed start must be able to end.
    process.channel?.unref();
  });
}

function isStop(message: unknown): boolean {
  return message !== null && typeof message === 'object' && 'type' in message && message.type === 'stop';
}
