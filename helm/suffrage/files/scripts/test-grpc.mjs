import { claim, isServing } from './call.mjs';

const { INGESTION_GRPC, AGGREGATOR_GRPC } = process.env;

await claim('ingestion serves gRPC', () => isServing(INGESTION_GRPC));
await claim('the aggregator serves gRPC', () => isServing(AGGREGATOR_GRPC));
