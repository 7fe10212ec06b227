import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { defaultInfrastructurePorts, freePorts, infrastructurePortNames, requireFreePorts } from './ports.ts';
import { DEFAULT_COUNTS, defaultPlaces } from './services.ts';
import { servicePortNames } from './start-services.ts';

test('no two parts of the largest local stack share a port', () => {
  const counts = { ...DEFAULT_COUNTS, registrar: 2, ingestion: 3, processor: 3, aggregator: 3 };
  const ports = [
    ...infrastructurePortNames(defaultInfrastructurePorts(3)),
    ...servicePortNames(defaultPlaces(counts)),
  ].map(({ port }) => port);
  expect(new Set(ports).size).toBe(ports.length);
});

test('free ports are free and different', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  await requireFreePorts(ports.map(port => ({ port, part: 'test' })));
});

test('a used port is told in one sentence with its holder and the remedy', async () => {
  const [port = 0] = await freePorts(1);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const refusal = await requireFreePorts([{ port, part: 'ingestion-1' }]).catch(String);
  server.close();
  expect(refusal).toContain(`Port ${port}, which ingestion-1 needs, is in use by node`);
  expect(refusal).toContain(`(pid ${process.pid}): stop it (kill ${process.pid}) and try again.`);
});
