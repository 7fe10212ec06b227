import { execFile } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CastOptions, castVote } from '@suffrage/client/cast-vote';
import { encryptedGrpcTransport } from '@suffrage/client/grpc-transport.node';
import { type Answer, restTransport, type SignedBallot } from '@suffrage/client/transport';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { signBallot } from '@suffrage/demo/cast-ballots';
import { results } from '@suffrage/demo/manager';
import { healthSchema } from '@suffrage/runtime/health';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { connectRedis, redisAccess } from '@suffrage/runtime/redis';
import { clientTls } from '@suffrage/runtime/tls/follow-files';
import { createPeerFetch } from '@suffrage/runtime/tls/peers';
import type { TlsFiles } from '@suffrage/runtime/tls/read-tls';
import { createAuthority, type Issued } from '../support/certificates.ts';
import { type EncryptedSuite, startEncryptedSuite, trust } from '../support/encrypted-suite.ts';
import { writeTls } from '../support/encrypted-servers.ts';
import { until } from '../support/poll.ts';
import { endConnections, renewServers } from '../support/renew-servers.ts';
import { openSmallElection } from '../support/small-election.ts';

const log = createLog('test', 'test', 'silent');
const AUDIT = join(import.meta.dirname, '../../tools/audit/src/main.ts');
/** Longer than servers take to see new files. */
const SEEN_MILLIS = 3_000;
const BETWEEN_VOTES_MILLIS = 100;

let suite: EncryptedSuite;

beforeAll(async () => {
  suite = await startEncryptedSuite();
}, 180_000);
afterAll(() => suite?.stop(), 60_000);

/** A connection of its own, with the certificate that the files have now. */
async function castOverGrpc(ballot: SignedBallot, options: CastOptions) {
  const { secureContext } = clientTls(suite.files.outside, log);
  const [address = ''] = suite.stack.grpcAddresses;
  const { transport, close } = encryptedGrpcTransport(address, secureContext);
  try {
    return await castVote(transport, ballot, options);
  } finally {
    close();
  }
}

/** Casts at a steady rate until it is stopped. @returns how many were accepted, and each that was not, at once. */
function keepVoting(definition: ElectionDefinition) {
  const stopping = new AbortController();
  const page = restTransport(suite.stack.ingestionUrls[0] ?? '');
  const voteOnce = async (place: number) => {
    const ballot = await signBallot(suite.stack.registrarUrl, definition, { mayor: ['ada'] });
    const answers: string[] = [];
    const onAttempt = (answer: Answer) =>
      void answers.push(answer.kind === 'accepted' ? answer.kind : JSON.stringify(answer));
    await (place % 3 === 0 ? castOverGrpc(ballot, { onAttempt }) : castVote(page, ballot, { onAttempt }));
    return answers.join(', ');
  };
  const run = async () => {
    const votes: Promise<string>[] = [];
    while (!stopping.signal.aborted) {
      votes.push(voteOnce(votes.length).catch(String));
      await sleep(BETWEEN_VOTES_MILLIS);
    }
    const outcomes = await Promise.all(votes);
    return { votes: outcomes.length, failed: outcomes.filter(outcome => outcome !== 'accepted') };
  };
  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.next`, text);
  await rename(`${path}.next`, path);
}

const everybody = () => Object.entries(suite.files);

async function replaceAuthorities(pem: string): Promise<void> {
  for (const [, { ca }] of everybody()) await replace(ca, pem);
  await sleep(SEEN_MILLIS);
}

async function replaceCertificates(issue: (name: string) => Promise<Issued>): Promise<void> {
  for (const [name, files] of everybody()) {
    const { certificate, key } = await issue(name);
    await replace(files.certificate, certificate);
    await replace(files.key, key);
  }
  await sleep(SEEN_MILLIS);
}

/** What the service says to somebody who calls it directly. */
async function call(url: string, files: TlsFiles): Promise<'served' | 'refused'> {
  const lifecycle = createLifecycle(log);
  const fetchPeer = createPeerFetch(clientTls(files, log), lifecycle);
  const signal = AbortSignal.timeout(5_000);
  const answer = await fetchPeer(new URL('/health/live', url), { signal }).catch(() => undefined);
  await lifecycle.close();
  return answer?.ok === true ? 'served' : 'refused';
}

test('authority and certificates are replaced while votes are cast: none fails, none is lost, and the audit balances', async () => {
  const definition = await openSmallElection(suite, 'rotation');
  const old = await writeTls(
    suite.servers.directory,
    'old',
    suite.authority.pem,
    await suite.authority.issue('old'),
  );
  const direct = ['registrar', 'ingestion', 'aggregator'].map(
    kind => suite.services.urls(kind as 'registrar' | 'ingestion' | 'aggregator')[0] ?? '',
  );
  const callAll = (files: TlsFiles) => Promise.all(direct.map(url => call(url, files)));
  expect(await callAll(old)).toEqual(['served', 'served', 'served']);
  expect(await callAll({ ca: old.ca })).toEqual(['refused', 'refused', 'refused']);

  const next = await createAuthority('next');
  trust([suite.authority, next]);
  const voting = keepVoting(definition);
  await sleep(1_000);
  await replaceAuthorities(suite.authority.pem + next.pem);
  await replaceCertificates(next.issue);
  await replaceAuthorities(next.pem);
  await sleep(1_000);
  const { votes, failed } = await voting.stop();
  expect(failed).toEqual([]);
  expect(votes).toBeGreaterThan(50);

  expect(await callAll(old)).toEqual(['refused', 'refused', 'refused']);
  expect(await callAll({ ...old, ca: suite.files.outside.ca })).toEqual(['refused', 'refused', 'refused']);
  expect(await callAll(suite.files.outside)).toEqual(['served', 'served', 'served']);
  await untilCounted(definition, votes);
  const audited = await audit();
  expect(audited).toContain(`${votes}`);
  const { certificate, key } = old;
  await expect(
    audit({ SUFFRAGE_PEER_CERTIFICATE_FILE: certificate, SUFFRAGE_PEER_KEY_FILE: key }),
  ).rejects.toThrow(/the results at https:.* can not be read/);
}, 180_000);

test('authority and certificates of Kafka, PostgreSQL, Redis and of their clients are replaced while votes are cast: none fails, and all connect anew', async () => {
  const definition = await openSmallElection(suite, 'stores');
  const { authority, client, directory, infrastructure, shown } = suite.servers;
  const old = await writeTls(directory, 'before', authority.pem, await authority.issue('before'));
  const next = await createAuthority('next of the stores');
  const [server, own] = [await next.issue('servers'), await next.issue('client')];
  const both = authority.pem + next.pem;

  const voting = keepVoting(definition);
  await sleep(1_000);
  await replace(client.ca, both);
  await renewServers(infrastructure, { ...shown, ca: both });
  await replace(client.certificate, own.certificate);
  await replace(client.key, own.key);
  await renewServers(infrastructure, { ...server, ca: both });
  await sleep(SEEN_MILLIS);
  await replace(client.ca, next.pem);
  await renewServers(infrastructure, { ...server, ca: next.pem });
  await sleep(1_000);
  const { votes, failed } = await voting.stop();
  expect(failed).toEqual([]);

  await untilCounted(definition, votes);
  // Connections that are made now: the servers show and trust what their files have, without having restarted.
  expect(await audit()).toContain('The audit balances');
  const olds = { CERTIFICATE_FILE: old.certificate, KEY_FILE: old.key };
  await expect(audit(settingsOf('KAFKA', olds))).rejects.toThrow(/certificate|closed|reset/i);
  await expect(audit(settingsOf('DATABASE', olds))).rejects.toThrow(/unknown ca|certificate/i);
  expect(await askRedis(client)).toBe('PONG');
  expect(await askRedis({ ...old, ca: client.ca })).not.toBe('PONG');

  // Connections of before go on with what they began with: all services have to make others.
  await endConnections(infrastructure);
  await until('all services are well', allAreWell, 60_000);
  const { votes: more, failed: failedLater } = await voteFor(definition, 1_000);
  expect(failedLater).toEqual([]);
  await untilCounted(definition, votes + more);
  expect(await audit()).toContain('The audit balances');
}, 240_000);

const settingsOf = (server: 'KAFKA' | 'DATABASE', files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([file, path]) => [`SUFFRAGE_${server}_${file}`, path]));

async function voteFor(definition: ElectionDefinition, millis: number) {
  const voting = keepVoting(definition);
  await sleep(millis);
  return voting.stop();
}

function untilCounted({ id }: ElectionDefinition, votes: number): Promise<boolean> {
  return until('all are counted', async () => (await results(suite.stack, id))?.counted === votes, 60_000);
}

/** `PONG`, or why a client with these files is not served. */
async function askRedis(files: TlsFiles): Promise<string> {
  const lifecycle = createLifecycle(log);
  const url = await readFile(join(suite.servers.directory, 'redis-url'), 'utf8');
  const config = {
    SUFFRAGE_REDIS_CA_FILE: files.ca,
    SUFFRAGE_REDIS_CERTIFICATE_FILE: files.certificate,
    SUFFRAGE_REDIS_KEY_FILE: files.key,
  };
  const redis = connectRedis('test', redisAccess(url, config, log), log, lifecycle);
  try {
    return await new Promise<string>((resolve, reject) => {
      redis.once('ready', () => void redis.ping().then(resolve, reject));
      redis.once('error', error => resolve(error.message));
    });
  } finally {
    await lifecycle.close();
  }
}

async function allAreWell(): Promise<boolean> {
  const asked = suite.services.places.map(async ({ ports }) => {
    const response = await fetch(`http://127.0.0.1:${ports.metrics}/health`);
    return healthSchema.parse(await response.json()).status;
  });
  return (await Promise.all(asked)).every(status => status === 'ok');
}

/** As an operator makes it, also of what the services say. @throws Error with what it prints, unless it balances. */
async function audit(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { infrastructure, directory } = suite.servers;
  const [registrar = ''] = suite.services.urls('registrar');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      AUDIT,
      `--brokers=${suite.stack.brokers.join(',')}`,
      `--databases-file=${infrastructure.secrets.votesDatabases}`,
      `--results=${suite.services.urls('aggregator')[0]}`,
      `--issued=${registrar}`,
      `--actions=${registrar}`,
      `--scratch=${directory}`,
    ],
    { env: { ...process.env, ...suite.toolEnvironment, ...environment } },
  );
  return stdout;
}
