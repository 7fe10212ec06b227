import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';

/** Self-signed. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS2gAwIBAgIUHJqRn94a6RdmmqqET4IeWDTA8rcwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNc3VmZnJhZ2UudGVzdDAgFw0yNjExMjEyMjAxMDRaGA8yMTI2
MTAyODIyMDEwNFowGDEWMBQGA1UEAwwNc3VmZnJhZ2UudGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABBM/zVJy0SLYrOVzEpqF7eggax5dv3CqNxOLhSIvjyFo
r7sBm7h9sFah3dUYm6/UtCN3UFM1MmlIyfvgyFzKCpyjUzBRMB0GA1UdDgQWBBSN
mSPqg4ZOCYMZSViDLeetoWfB2TAfBgNVHSMEGDAWgBSNmSPqg4ZOCYMZSViDLeet
oWfB2TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDeSEev4zmu
Vxs2oBt4tguy89P7chUcep/riElevzpiUQIhAPuFMjKUKv40hBg92r3M4rdjAH5a
GCJ/OOviPoNELyWq
-----END CERTIFICATE-----
`;
const NOT_AFTER = Date.parse('2126-10-28T22:01:04Z');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-certificate-'));
});
afterAll(() => rm(directory, { recursive: true }));

const measured = async (file: string | undefined) => {
  const text = await createMetrics('test', file).registry.metrics();
  return /^suffrage_certificate_not_after_seconds\{.*\} (\S+)$/m.exec(text)?.[1];
};

test('the metrics say how long the certificate in the file is valid, and notice another one', async () => {
  const file = join(directory, 'tls.pem');
  expect(await measured(file)).toBeUndefined();
  await writeFile(file, CERTIFICATE);
  const seconds = Number(await measured(file));
  const expected = (NOT_AFTER - Date.now()) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(expected);
  expect(seconds).toBeLessThan(expected + 60);
  expect(await measured(undefined)).toBeUndefined();
});

test('a certificate that is half written takes nothing from the other metrics', async () => {
  const file = join(directory, 'half.pem');
  await writeFile(file, CERTIFICATE.slice(0, 200));
  expect(await measured(file)).toBeUndefined();
});
