import { jest } from '@jest/globals';
import { startCollector } from '#test/support/otlp-collector.ts';
import { otlpExporter } from './exporter.ts';
import { ownTracer } from './span.ts';

let status: number;
let collector: Awaited<ReturnType<typeof startCollector>>;
beforeEach(async () => {
  collector = await startCollector(() => status);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await collector.stop();
});

test('tries again 30 s after a failure, and says so again only if it has worked in between', async () => {
  const said: string[] = [];
  const { endpoint } = collector;
  const exporter = otlpExporter({ endpoint, resource: {}, onFailure: (reason) => said.push(reason) });
  const tracer = ownTracer((span) => exporter.add(span));
  const began = performance.now();
  const at = async (seconds: number, answer: number) => {
    status = answer;
    jest.spyOn(performance, 'now').mockReturnValue(began + seconds * 1_000);
    tracer.startSpan(`at ${seconds}`).end();
    await exporter.flush(1_000);
    return { said: said.length, requests: collector.requests.length };
  };

  expect(await at(0, 500)).toEqual({ said: 1, requests: 1 });
  expect(await at(29, 200)).toEqual({ said: 1, requests: 1 });
  expect(await at(31, 503)).toEqual({ said: 1, requests: 2 });
  expect(await at(62, 200)).toEqual({ said: 1, requests: 3 });
  expect(await at(63, 500)).toEqual({ said: 2, requests: 4 });
  expect(collector.spans.map(({ name }) => name)).toEqual(['at 62']);
});

test('a request has at most 1,000 spans; without any there is no request', async () => {
  status = 200;
  const exporter = otlpExporter({ endpoint: `${collector.endpoint}/`, resource: {}, onFailure: () => undefined });
  const tracer = ownTracer((span) => exporter.add(span));
  for (let i = 0; i < 1_500; i += 1) tracer.startSpan('many', { attributes: { list: ['a', 'b'], half: 0.5 } }).end();
  await exporter.flush(10_000);
  await exporter.flush(10_000);

  expect(collector.requests).toEqual(['POST /v1/traces application/json']);
  expect(collector.spans).toHaveLength(1_000);
  expect(collector.spans[0]?.attributes).toEqual({
    list: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] },
    half: 0.5,
  });
});
