import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { until } from '@suffrage/test/poll';
import { quietLog } from '@suffrage/test/quiet-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { startTestWeb } from '@suffrage/web/test/web.ts';
import { certificates } from './certificates.ts';
import { runScript } from './run-script.ts';

/** The scripts of `helm test` against the services themselves, as `tls.services` has them. */
const MODES = ['none', 'server', 'mutual'] as const;
type Mode = (typeof MODES)[number];
type Installation = Readonly<Record<keyof typeof CLAIMS, string>>;

/** Which claims fail where a service is not there. */
const CLAIMS = {
  INGESTION: ['rest', 'ingestion refuses what is no vote, with a problem document'],
  REGISTRAR: ['rest', 'the registrar lists elections'],
  INGESTION_GRPC: ['grpc', 'ingestion serves gRPC'],
  AGGREGATOR_GRPC: ['grpc', 'the aggregator serves gRPC'],
  AGGREGATOR: ['results', 'the aggregator knows no results of an election that is not there'],
  WEB: ['results', 'the page is served', 'the page reaches the registrar'],
} as const;
const PROPERTIES = ['rest', 'grpc', 'results'] as const;
const NOBODY = 'http://127.0.0.1:1';

let bed: Testbed;
let directory: string;
let installations: Readonly<Record<Mode, Installation>>;
/** Of the plain installation's ingestion. */
const leaving = createLifecycle(quietLog());

const file = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-scripts-'));
  const found = await certificates();
  for (const name of ['ca.crt', 'tls.crt', 'tls.key']) writeFileSync(file(name), found.find(name) ?? '');
  writeFileSync(file('index.html'), '<title>Suffrage</title>');
  bed = await openTestbed();
  installations = {
    none: await install('none'),
    server: await install('server'),
    mutual: await install('mutual'),
  };
}, 120_000);

afterAll(async () => {
  await leaving.close();
  await bed?.close();
  rmSync(directory, { recursive: true });
}, 60_000);

/** Ingestion, aggregator, registrar and page, with the settings that the chart gives them. */
async function install(mode: Mode): Promise<Installation> {
  const served =
    mode === 'none'
      ? {}
      : { SUFFRAGE_TLS_CERTIFICATE_FILE: file('tls.crt'), SUFFRAGE_TLS_KEY_FILE: file('tls.key') };
  const settings = mode === 'mutual' ? { ...served, SUFFRAGE_TLS_CLIENT_CA_FILE: file('ca.crt') } : served;
  const peers = {
    SUFFRAGE_PEER_CA_FILE: file('ca.crt'),
    SUFFRAGE_PEER_CERTIFICATE_FILE: file('tls.crt'),
    SUFFRAGE_PEER_KEY_FILE: file('tls.key'),
  };
  const ingestion = await bed.ingestion({ settings, ...(mode === 'none' ? { lifecycle: leaving } : {}) });
  const registrar = await bed.registrar({ settings });
  const aggregator = await bed.aggregator(undefined, undefined, settings);
  const upstreams = { ingestion: [ingestion.url], results: [aggregator.url], registrar: [registrar.url] };
  const web = await startTestWeb(upstreams, directory, {
    settings: { ...served, ...(mode === 'none' ? {} : peers) },
  });
  bed.lifecycle.onClose('page', web.close);
  const scheme = mode === 'none' ? 'http' : 'https';
  return {
    INGESTION: ingestion.url,
    INGESTION_GRPC: `${scheme}://${ingestion.grpcAddress}`,
    AGGREGATOR: aggregator.url,
    AGGREGATOR_GRPC: `${scheme}://${aggregator.grpcAddress}`,
    REGISTRAR: registrar.url,
    WEB: web.origin,
  };
}

/** What the script of a property says fails, once services that have just started know of the elections. */
async function failures(property: string, installation: Installation): Promise<string[]> {
  const { status, output } = await runScript(`test-${property}.mjs`, [], {
    ...installation,
    CERTIFICATES: directory,
  });
  const lines = output.trim().split('\n');
  const failed = lines.filter(line => !line.startsWith('holds  '));
  expect({ status, output }).toEqual({ status: failed.length > 0 ? 1 : 0, output });
  return failed;
}

test.each(MODES)(
  'every claim holds of an installation with tls.services %s',
  async mode => {
    for (const property of PROPERTIES)
      await until(
        `all of ${property} holds`,
        async () => (await failures(property, installations[mode])).length === 0,
      );
  },
  60_000,
);

test('certificates are asked for with tls.services mutual, and not with server, which the test says of each service', async () => {
  expect(await failures('mutual-tls', installations.mutual)).toEqual([]);
  const { INGESTION, AGGREGATOR, REGISTRAR, INGESTION_GRPC, AGGREGATOR_GRPC } = installations.server;
  const refusing = [
    INGESTION,
    AGGREGATOR,
    REGISTRAR,
    `${INGESTION_GRPC} (gRPC)`,
    `${AGGREGATOR_GRPC} (gRPC)`,
  ];
  const failed = await failures('mutual-tls', installations.server);
  expect(failed.map(line => line.split(': {')[0])).toEqual(
    refusing.map(origin => `FAILS   ${origin} refuses who shows none`),
  );
});

/** Nobody, and a service of ours that is another one. */
const INSTEAD = {
  INGESTION: 'AGGREGATOR',
  REGISTRAR: 'INGESTION',
  INGESTION_GRPC: 'INGESTION',
  AGGREGATOR_GRPC: 'AGGREGATOR',
  AGGREGATOR: 'REGISTRAR',
  WEB: 'REGISTRAR',
} as const satisfies Record<keyof typeof CLAIMS, keyof typeof CLAIMS>;

test.each(Object.keys(INSTEAD) as (keyof typeof CLAIMS)[])(
  'the claims of %s fail, and no other, where nobody serves and where another service does',
  async name => {
    const [property, ...claims] = CLAIMS[name];
    for (const origin of [NOBODY, installations.none[INSTEAD[name]]]) {
      const failed = await failures(property, { ...installations.none, [name]: origin });
      expect(failed.map(line => line.split(': ')[0])).toEqual(claims.map(claim => `FAILS   ${claim}`));
    }
  },
  60_000,
);

test('the page that can not reach the registrar fails in that alone', async () => {
  const alone = await startTestWeb(
    { ingestion: [NOBODY], results: [NOBODY], registrar: [NOBODY] },
    directory,
  );
  bed.lifecycle.onClose('page', alone.close);
  const [failed = '', ...others] = await failures('results', { ...installations.none, WEB: alone.origin });
  expect(failed).toMatch(/^FAILS {3}the page reaches the registrar: .*"status":503/);
  expect(others).toEqual([]);
});

test('an ingestion that leaves no longer serves gRPC for the test', async () => {
  leaving.leave();
  expect(await failures('grpc', installations.none)).toEqual(['FAILS   ingestion serves gRPC: false']);
});
