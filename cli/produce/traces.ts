import { type BegunTrace, traceStarter } from '#lib/observability/tracing/trace-starter.ts';

/** The most records of an input that start a trace. */
const TRACED = 100;

/** The traces of an input's first records, where the stack sends traces. */
export function tracesTo(otlp: string | undefined) {
  const onFailure = (reason: string) => console.error(`produce: the trace can't be sent to ${otlp}: ${reason}`);
  const starter =
    otlp === undefined ? undefined : traceStarter({ endpoint: otlp, service: 'produce', oneIn: 1, onFailure });
  const begun: BegunTrace[] = [];
  let count = 0;
  return {
    headers(topic: string) {
      const trace = count++ < TRACED ? starter?.begin(topic) : undefined;
      if (trace === undefined) return {};
      begun.push(trace);
      return { headers: { traceparent: trace.traceparent } };
    },
    async sent() {
      for (const trace of begun.splice(0)) trace.end(true);
      await starter?.flush();
    },
  };
}
