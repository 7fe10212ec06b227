import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { type VoteService, voteServiceDefinition } from './vote-service.ts';

/** A vote message stays far below; also bounds what one call can make us hold. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const MAX_STREAMS_PER_CONNECTION = 1_000;

/** Serves VoteService and the standard health service. Reflection is off: the port is public. Returns the port. */
export async function serveGrpc(
  { host, port, voteService }: { host: string; port: number; voteService: VoteService },
  lifecycle: Lifecycle,
): Promise<number> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS_PER_CONNECTION,
  });
  server.addService(voteServiceDefinition, voteService);
  const health = new HealthImplementation({ '': 'SERVING', 'suffrage.v1.VoteService': 'SERVING' });
  health.addToServer(server);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, boundPort) =>
      error ? reject(error) : resolve(boundPort),
    );
  });
  lifecycle.onClose('grpc server', async () => {
    health.setStatus('', 'NOT_SERVING');
    health.setStatus('suffrage.v1.VoteService', 'NOT_SERVING');
    await new Promise<void>(resolve => {
      const cutOff = setTimeout(() => server.forceShutdown(), 10_000);
      server.tryShutdown(() => {
        clearTimeout(cutOff);
        resolve();
      });
    });
  });
  return bound;
}
