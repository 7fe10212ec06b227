import { call, claim, isServing } from './call.mjs';

const { INGESTION, AGGREGATOR, REGISTRAR, INGESTION_GRPC, AGGREGATOR_GRPC } = process.env;

const isRefused = ask =>
  ask.then(
    answer => ({ answer }),
    // The handshake ends, or the connection does as soon as it is used.
    () => true,
  );

for (const origin of [INGESTION, AGGREGATOR, REGISTRAR]) {
  await claim(`${origin} serves who shows a certificate`, async () => (await call(`${origin}/health/live`)).status === 200);
  await claim(`${origin} refuses who shows none`, () => isRefused(call(`${origin}/health/live`, { own: false })));
}
for (const origin of [INGESTION_GRPC, AGGREGATOR_GRPC]) {
  await claim(`${origin} (gRPC) serves who shows a certificate`, () => isServing(origin));
  await claim(`${origin} (gRPC) refuses who shows none`, () => isRefused(isServing(origin, false)));
}
