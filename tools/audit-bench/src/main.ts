import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import { thisMachine } from '@suffrage/stack/machine';
import { readBare, readFetches, readStream, type Taken, verifyBare } from './bare.ts';
import { type AuditRun, runAudit } from './run-audit.ts';
import { makeWorld } from './world.ts';

const usage = `Measures the audit on synthetic votes, on servers of its own, and writes out/audit-bench.json.

  node tools/audit-bench/src/main.ts [options]

  --records N     records whose memory is measured, tokens not verified (default 10,000,000: some 15 GB of disk)
  --signed N      votes with real tokens, each on the log eight times (default 50,000)
  --scratch DIR   where servers and sorted files are kept meanwhile (default out)
  --help
`;
const COPIES = 8;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    signed: { type: 'string', default: '50000' },
    scratch: { type: 'string', default: resolve(import.meta.dirname, '../../../out') },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else await main(Number(values.records), Number(values.signed), values.scratch);

async function main(records: number, signed: number, scratch: string): Promise<void> {
  if (!Number.isInteger(records) || !Number.isInteger(signed) || records < 1 || signed < 1_000)
    throw new Error('--records and --signed take whole numbers, --signed at least 1000');
  mkdirSync(scratch, { recursive: true });
  const directory = mkdtempSync(join(scratch, 'audit-bench-'));
  let servers: Infrastructure | undefined;
  try {
    say('starting Kafka, PostgreSQL and Redis');
    const dataDirectory = join(directory, 'servers');
    servers = await startInfrastructure({
      dataDirectory,
      ports: 'free',
      brokers: 1,
      kafkaTuning: 'throughput',
    });
    const startedAt = new Date().toISOString();
    const plain = await measurePlain(servers, directory, records);
    const verified = await measureSigned(servers, directory, signed);
    const file = resolve(import.meta.dirname, '../../../out/audit-bench.json');
    mkdirSync(resolve(file, '..'), { recursive: true });
    const command = `make bench-audit ARGS='--records ${records} --signed ${signed}'`;
    const measured = { withoutSignatures: plain, withSignatures: verified };
    const result = { command, startedAt, machine: thisMachine(), ...measured };
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await servers?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measurePlain(servers: Infrastructure, directory: string, votes: number) {
  const { addresses } = servers.kafka;
  const world = await makeWorld(servers, {
    namespace: 'plain',
    votes,
    copies: 1,
    signed: false,
    onProgress: saying('votes without tokens'),
  });
  say('reading the topic, nothing else');
  const stream = await readStream(addresses, world);
  const fetches = await readFetches(addresses, world);
  const bare = await readBare(addresses, world);
  say('auditing without signatures');
  const run = await runAudit(addresses, world, directory, ['--no-signatures']);
  return {
    ...shown(run),
    plainStream: ofReading(stream, run),
    clientFetches: ofReading(fetches, run),
    ownReader: ofReading(bare, run),
  };
}

/** How fast the audit is, of a reader that does nothing; by CPU: of such readers on all cores. */
function ofReading(read: Taken, run: AuditRun) {
  return {
    seconds: round(read.seconds),
    cpuSeconds: round(read.cpuSeconds),
    perSecond: Math.round(run.records / read.seconds),
    auditByTime: round(read.seconds / run.seconds),
    auditByCpu: round((read.cpuSeconds * availableParallelism()) / run.cpuSeconds),
  };
}

async function measureSigned(servers: Infrastructure, directory: string, votes: number) {
  const { addresses } = servers.kafka;
  const world = await makeWorld(servers, {
    namespace: 'signed',
    votes,
    copies: COPIES,
    signed: true,
    onProgress: saying('records with tokens'),
  });
  say('verifying tokens on all cores, nothing else');
  const bare = await verifyBare(addresses, world);
  say('auditing with signatures');
  const run = await runAudit(addresses, world, directory, []);
  const perToken = (taken: { readonly seconds: number; readonly cpuSeconds: number }, tokens: number) => ({
    seconds: taken.seconds / tokens,
    cpuSeconds: taken.cpuSeconds / tokens,
  });
  const [least, whole] = [perToken(bare, bare.tokens), perToken(run, run.records)];
  return {
    ...shown(run),
    bareVerification: { ...bare, perSecond: Math.round(bare.tokens / bare.seconds) },
    ofBareVerification: round(least.seconds / whole.seconds),
    ofBareVerificationByCpu: round(least.cpuSeconds / whole.cpuSeconds),
  };
}

function shown({ records, seconds, cpuSeconds, peakMiB }: AuditRun) {
  return {
    records,
    seconds,
    cpuSeconds: round(cpuSeconds),
    peakMiB,
    perSecond: Math.round(records / seconds),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function say(what: string): void {
  process.stderr.write(`${what} …\n`);
}

function saying(what: string): (done: number, total: number) => void {
  let said = 0;
  return (done, total) => {
    const tenth = Math.floor((10 * done) / total);
    if (tenth === said) return;
    said = tenth;
    say(`${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
  };
}
