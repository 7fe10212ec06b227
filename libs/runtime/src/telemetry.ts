import { VERSION } from './health.ts';
import { turnOnTracing } from './tracing.ts';

/** Of a hundred requests that come without a trace one begins one: each costs a span here, and in every service behind. */
const SAMPLED = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };

/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set (its other settings are OpenTelemetry's own
 * variables, with a sampler of ours as the default); otherwise the API's no-op stays in place and nothing is loaded.
 * Returns its shutdown.
 */
export async function startTelemetry(service: string, instance: string): Promise<() => Promise<void>> {
  // Empty is as good as none: so OpenTelemetry's specification, and docker compose hands it on.
  if ((process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '') === '') return async () => undefined;
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  if (process.env.OTEL_TRACES_SAMPLER === undefined) Object.assign(process.env, SAMPLED);
  process.env.OTEL_RESOURCE_ATTRIBUTES ??= `service.instance.id=${instance},service.version=${VERSION}`;
  // Spans are made by hand, few and with allow-listed attributes; automatic ones would record addresses of voters.
  const sdk = new NodeSDK({ serviceName: `suffrage-${service}`, instrumentations: [] });
  sdk.start();
  turnOnTracing();
  return () => sdk.shutdown();
}
