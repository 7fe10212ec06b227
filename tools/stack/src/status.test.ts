import { expect, test } from '@jest/globals';
import { statusTable } from './status.ts';

test('the status of all parts lines up, a stopped one shows no pid', () => {
  const table = statusTable([
    { name: 'kafka-1', pid: 12345, port: 9092, healthy: true, version: '4.3.0', memory: 512 },
    { name: 'web-1', pid: undefined, port: 8088, healthy: false, version: '', memory: undefined },
  ]);
  expect(table.split('\n')).toEqual([
    'part       pid  port  healthy  version   memory',
    'kafka-1  12345  9092  yes      4.3.0    512 MiB',
    'web-1        -  8088  stopped  -              -',
  ]);
});
