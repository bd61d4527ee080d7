/**
 * Resolves when the process is asked to stop: by SIGINT, by SIGTERM, by the message `{ type: 'stop' }` from its parent
 * process, or by the end of its parent process.
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
    // A listener on the channel would keep the process running after a failed start.
    process.channel?.unref();
  });
}

function isStop(message: unknown): boolean {
  return message !== null && typeof message === 'object' && 'type' in message && message.type === 'stop';
}
