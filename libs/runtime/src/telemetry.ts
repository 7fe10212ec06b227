import { VERSION } from './health.ts';
import { turnOnTracing } from './tracing.ts';

/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set (its other settings are OpenTelemetry's own
 * variables); otherwise the API's no-op stays in place and nothing is loaded. Returns its shutdown.
 */
export async function startTelemetry(service: string, instance: string): Promise<() => Promise<void>> {
  if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return async () => undefined;
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  process.env.OTEL_RESOURCE_ATTRIBUTES ??= `service.instance.id=${instance},service.version=${VERSION}`;
  // Spans are made by hand, few and with allow-listed attributes; automatic ones would record addresses of voters.
  const sdk = new NodeSDK({ serviceName: `suffrage-${service}`, instrumentations: [] });
  sdk.start();
  turnOnTracing();
  return () => sdk.shutdown();
}
