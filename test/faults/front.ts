import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { restTransport, type Transport } from '@suffrage/client/transport';
import type { Part } from '@suffrage/stack/part';
import { startBalancer } from './balancer.ts';

/** Ingestion processes behind balancers, apart from the world's own. */
export type Front = {
  readonly transports: readonly Transport[];
  /** Those that run and are known to the balancers. */
  readonly parts: ReadonlySet<Part>;
  /** Gets connections as soon as it is ready. */
  add(part: Part): void;
  /** Its process has ended. */
  remove(part: Part): void;
  /** Connections that came while no process was ready. */
  unserved(): number;
  close(): Promise<void>;
};

/** gRPC keeps to one connection each: several, so that every process has some. */
const GRPC_CLIENTS = 6;

/** Starts the processes and opens both balancers on free ports. */
export async function openFront(parts: readonly Part[]): Promise<Front> {
  const running = new Set(parts);
  const [rest, grpc] = await Promise.all([startBalancer(), startBalancer()]);
  const add = (part: Part) => {
    running.add(part);
    const { ports, probe } = part.description;
    if (probe.kind !== 'http') throw new Error(`${part.name} does not say whether it is ready`);
    rest.add({ port: ports.http ?? 0, readyUrl: probe.url });
    grpc.add({ port: ports.grpc ?? 0, readyUrl: probe.url });
  };
  const clients = Array.from({ length: GRPC_CLIENTS }, () => grpcTransport(`127.0.0.1:${grpc.port}`));
  const overRest = restTransport(`http://127.0.0.1:${rest.port}`);
  const close = async () => {
    for (const client of clients) client.close();
    await Promise.all([...running].map(part => part.kill()));
    await Promise.all([rest.close(), grpc.close()]);
  };
  try {
    await Promise.all(parts.map(part => part.start()));
    for (const part of parts) add(part);
    await Promise.all([rest.untilReady(), grpc.untilReady()]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    transports: clients.flatMap(({ transport }) => [transport, overRest]),
    parts: running,
    add,
    remove: part => void running.delete(part),
    unserved: () => rest.unserved() + grpc.unserved(),
    close,
  };
}
