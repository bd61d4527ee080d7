// Loads a bundle and invokes its handler once, in a process of its own, and sends the times since the process started.
// It is no TypeScript: Node would load its compiler first.
const { readFileSync } = require('node:fs');

/**
 * Milliseconds since this process started, without the time that its main thread waited for a CPU. Other processes cause
 * these waits. Only Linux counts them.
 */
function sinceStart() {
  const now = performance.now();
  try {
    const [, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return now - Number(waited) / 1e6;
  } catch {
    return now;
  }
}

async function start({ bundle, event, functionName }) {
  const { handler } = require(bundle);
  const loaded = sinceStart();
  if (event === undefined) return { loaded };
  const end = Date.now() + 60_000;
  const response = await handler(event, {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: 'bench',
    getRemainingTimeInMillis: () => end - Date.now(),
  });
  return { loaded, handled: sinceStart(), response };
}

// A rejection ends the process with its error.
process.once('message', (request) => void start(request).then((times) => process.send(times, () => process.exit())));
