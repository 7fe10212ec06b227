import { createServer } from 'node:net';
import { portHolder } from './proc.ts';

/** Ports of the infrastructure; the services' are in services.ts. Below Linux' ephemeral range (from 32768), where an outgoing connection could sit on them. */
export interface InfrastructurePorts {
  /** One per broker. */
  readonly kafka: readonly number[];
  readonly kafkaControllers: readonly number[];
  readonly postgres: number;
  readonly redis: number;
}

/** Further replicas listen ten above the one before. */
export const REPLICA_STEP = 10;

export function defaultInfrastructurePorts(brokers: number): InfrastructurePorts {
  const each = (first: number): number[] =>
    Array.from({ length: brokers }, (_, index) => first + index * REPLICA_STEP);
  return { kafka: each(9092), kafkaControllers: each(9093), postgres: 15432, redis: 16379 };
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise(resolve => {
    server.once('error', () => resolve(false));
    // Not on 0.0.0.0: a server that listens on loopback only would go unnoticed.
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Handed out by this process; a port is never given twice, though whoever got it may not listen yet. */
const handedOut = new Set<number>();

/** Free ports from 12000–31999, drawn by chance so that test runs side by side do not meet. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 1_000) throw new Error(`No ${count} free ports were found between 12000 and 31999`);
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    ports.push(port);
  }
  return ports;
}

export async function freeInfrastructurePorts(brokers: number): Promise<InfrastructurePorts> {
  const kafka = await freePorts(brokers);
  const kafkaControllers = await freePorts(brokers);
  const [postgres = 0, redis = 0] = await freePorts(2);
  return { kafka, kafkaControllers, postgres, redis };
}

export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

export interface NamedPort {
  readonly port: number;
  readonly part: string;
}

export function infrastructurePortNames(ports: InfrastructurePorts): NamedPort[] {
  return [
    ...ports.kafka.map((port, index) => ({ port, part: `Kafka broker ${index + 1}` })),
    ...ports.kafkaControllers.map((port, index) => ({ port, part: `Kafka controller ${index + 1}` })),
    { port: ports.postgres, part: 'PostgreSQL' },
    { port: ports.redis, part: 'Redis' },
  ];
}

/** Throws one sentence that names the port, who holds it if we may know, and what to do. */
export async function requireFreePorts(ports: readonly NamedPort[]): Promise<void> {
  for (const { port, part } of ports) {
    if (await isPortFree(port)) continue;
    const holder = portHolder(port);
    const who = holder === undefined ? 'another process' : `${holder.name} (pid ${holder.pid})`;
    const remedy = holder === undefined ? 'stop that process' : `stop it (kill ${holder.pid})`;
    throw new PortInUseError(
      `Port ${port}, which ${part} needs, is in use by ${who}: ${remedy} and try again.`,
    );
  }
}
