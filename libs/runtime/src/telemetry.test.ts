import { afterEach, expect, test } from '@jest/globals';
import { startTelemetry } from './telemetry.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test('an endpoint that was emptied turns telemetry off, as one that was never set', async () => {
  delete process.env.OTEL_TRACES_SAMPLER;
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = '';
  const stop = await startTelemetry('ingestion', 'one');
  expect(process.env.OTEL_TRACES_SAMPLER).toBeUndefined();
  await stop();
});
