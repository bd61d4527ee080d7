import { type Context, context as contexts, ProxyTracerProvider, type Tracer, trace } from '@opentelemetry/api';
import { coordinatesText } from '../../kafka/records.ts';
import { setTracer } from '../../spans.ts';
import { loggerOf } from '../logger.ts';
import { callTracer } from './call-tracer.ts';
import { asyncContext } from './context.ts';
import { type Exporter, otlpExporter } from './exporter.ts';
import { type FunctionSpans, functionSpans } from './function-spans.ts';
import { ownTracer } from './span.ts';

/**
 * Starts tracing in this process if OTEL_EXPORTER_OTLP_ENDPOINT has a collector's URL, or if a layer such as ADOT's has
 * registered a tracer provider before this code was loaded: then that one is used, and it exports.
 * @param name the function's name: the name of its service in traces
 * @returns undefined without tracing
 */
export function startTracing(name: string, env = process.env): FunctionSpans | undefined {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const exporter = isRegistered() ? undefined : exporterTo(endpoint, name, env);
  if (exporter !== undefined) register(ownTracer((span) => exporter.add(span)));
  if (!isRegistered()) return undefined;
  const tracer = trace.getTracer(name);
  const ofRecords = new Map<string, Context>();
  setTracer(
    callTracer(tracer, (record) => (ofRecords.size === 0 ? undefined : ofRecords.get(coordinatesText(record)))),
  );
  return functionSpans({ function: name, tracer, ofRecords, flush: async (ms) => exporter?.flush(ms) });
}

function exporterTo(endpoint: string | undefined, name: string, env: NodeJS.ProcessEnv): Exporter | undefined {
  if (endpoint === undefined || endpoint === '') return undefined;
  const onFailure = (reason: string) => loggerOf(name).warn('traces are not exported', { reason });
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    onFailure('OTEL_EXPORTER_OTLP_ENDPOINT is no http:// or https:// URL');
    return undefined;
  }
  const resource = {
    'service.name': name,
    'service.namespace': env['POWERTOOLS_SERVICE_NAME'],
    'faas.name': env['AWS_LAMBDA_FUNCTION_NAME'],
    'cloud.region': env['AWS_REGION'],
  };
  return otlpExporter({ endpoint, resource, onFailure });
}

function register(tracer: Tracer): void {
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  contexts.setGlobalContextManager(asyncContext());
}

/** The API has a provider that does nothing, until another is registered. */
function isRegistered(): boolean {
  const provider = trace.getTracerProvider() as Partial<ProxyTracerProvider>;
  return provider.getDelegate?.() !== new ProxyTracerProvider().getDelegate();
}
