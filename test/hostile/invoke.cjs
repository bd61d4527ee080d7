// Invokes a bundle once, in a process that run.ts starts: invoke.cjs BUNDLE EVENT TIMEOUT_SECONDS. Sends the cost.
const { readFileSync } = require('node:fs');

const [bundle, event, timeout] = process.argv.slice(2);

async function invoke() {
  const { handler } = require(bundle);
  const text = readFileSync(event, 'utf8');
  const end = Date.now() + Number(timeout) * 1000;
  const context = {
    functionName: 'hostile',
    awsRequestId: 'hostile',
    getRemainingTimeInMillis: () => end - Date.now(),
  };
  const before = process.cpuUsage();
  const began = performance.now();
  const response = await handler(JSON.parse(text), context).catch((error) => ({
    error: `${error.code}: ${error.message}`,
  }));
  const { user, system } = process.cpuUsage(before);
  const cost = { cpuMs: (user + system) / 1000, wallMs: performance.now() - began };
  return { ...cost, response, peakMb: process.resourceUsage().maxRSS / 1024 };
}

// A rejection ends the process with its error.
void invoke().then((result) => process.send(result, () => process.exit()));
