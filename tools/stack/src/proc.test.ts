import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import {
  listeningInodes,
  parseProcessStatus,
  portHolder,
  programName,
  processStatus,
  residentMemory,
} from './proc.ts';

test('a command name with spaces and brackets does not shift the fields of a process status', () => {
  const stat = `42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 5 2 0 0 20 0 11 0 987654 12345 678`;
  expect(parseProcessStatus(stat)).toEqual({ state: 'S', startTime: '987654' });
});

test('only a listening socket counts as the holder of a port', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0',
    '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1',
    '   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0',
  ].join('\n');
  expect(listeningInodes(table, 8080)).toEqual(['111']);
});

test('a process is named by its program and what that runs', () => {
  expect(programName('/usr/bin/node\0server.js\0--port\x001\0')).toBe('node server.js');
  expect(programName('/opt/java\0-Xmx1g\0kafka.Kafka\0')).toBe('java');
  expect(programName('')).toBe('unknown');
});

test('the holder of a port is found with its pid and name', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const holder = portHolder(port);
  server.close();
  await once(server, 'close');
  expect(holder?.pid).toBe(process.pid);
  expect(portHolder(port)).toBeUndefined();
});

test('a process that is gone has neither status nor memory', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(processStatus(child.pid ?? 0)).toBeUndefined();
  expect(residentMemory(child.pid ?? 0)).toBeUndefined();
  expect(residentMemory(process.pid)).toBeGreaterThan(1024 * 1024);
});
