import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareLog } from '@suffrage/ingestion/prepare/prepare-log';
import { createLog } from '@suffrage/runtime/log';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import { copyCluster, type Standby, startStandby } from '@suffrage/stack/postgres-standby';
import { secretFiles, writeSecret } from '@suffrage/stack/secrets';
import { type Services, startServices } from '@suffrage/stack/start-services';
import { type Mirror, startMirror } from './mirror.ts';

const SHAPE = { partitions: 8, shards: 2 } as const;
const COUNTS = { registrar: 1, ingestion: 2, processor: 2, aggregator: 1, web: 0 } as const;
/** Of the election, not of a server: the same in both regions. */
const SHARED = [
  'receiptKey',
  'receiptPublicKeys',
  'resultsKey',
  'resultsPublicKeys',
  'electionKeysSecret',
  'codeKey',
  'managerTokens',
] as const;

/** Two installations on one machine: the first serves; in the second wait a copied log, empty databases and a follower of the registrar's. */
export type TwoRegions = {
  readonly directory: string;
  readonly first: { readonly infrastructure: Infrastructure; readonly services: Services };
  readonly second: Infrastructure;
  /** Follows the whole PostgreSQL of the first; only the registrar's database on it is used. */
  readonly standby: Standby;
  /** Begins to copy the log, from its beginning. */
  startCopy(): Promise<Mirror>;
  /** Starts the suite in the second region, on the promoted follower. */
  serveInSecond(): Promise<Services>;
  close(options: { readonly keepData: boolean }): Promise<void>;
};

export async function startTwoRegions(say: (line: string) => void): Promise<TwoRegions> {
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-regions-'));
  const closing: (() => Promise<unknown>)[] = [];
  const close = async ({ keepData }: { readonly keepData: boolean }) => {
    for (const stop of closing.toReversed()) await stop().catch(() => undefined);
    if (!keepData) await rm(directory, { recursive: true, force: true });
  };
  try {
    say('  starting the first region');
    const options = { ports: 'free', brokers: 1 } as const;
    const infrastructure = await startInfrastructure({ ...options, dataDirectory: join(directory, 'first') });
    closing.push(() => infrastructure.stop());
    const copy = join(directory, 'first', 'postgres', 'standby');
    await copyCluster(infrastructure, copy);
    const standby = await startStandby(infrastructure, copy);
    closing.push(() => standby.part.stop());
    const services = await startServices(infrastructure, { ports: 'free', counts: COUNTS, ...SHAPE });

    say('  starting the second region, which only copies');
    await shareSecrets(infrastructure, join(directory, 'second'));
    const second = await startInfrastructure({ ...options, dataDirectory: join(directory, 'second') });
    closing.push(() => second.stop());
    await prepareLog(
      { access: { brokers: second.kafka.addresses }, namespace: '', ...SHAPE, replication: 1, copy: true },
      createLog('faults', 'faults', 'silent'),
    );
    const startCopy = async () => {
      const mirror = await startMirror({
        from: infrastructure.kafka.bootstrap,
        to: second.kafka.bootstrap,
        topics: ['elections', 'votes'],
        directory: join(directory, 'mirror'),
      });
      closing.push(() => mirror.kill());
      return mirror;
    };
    const serveInSecond = () => {
      const registrar = new URL(infrastructure.postgres.registrarUrl);
      registrar.port = String(standby.part.port);
      writeSecret(second.secrets.registrarDatabase, `${registrar.href}\n`);
      return startServices(second, { ports: 'free', counts: COUNTS, ...SHAPE });
    };
    return {
      directory,
      first: { infrastructure, services },
      second,
      standby,
      startCopy,
      serveInSecond,
      close,
    };
  } catch (error) {
    await close({ keepData: false });
    throw error;
  }
}

async function shareSecrets({ secrets }: Infrastructure, dataDirectory: string): Promise<void> {
  const theirs = secretFiles(dataDirectory);
  await mkdir(theirs.directory, { recursive: true, mode: 0o700 });
  for (const name of SHARED) await copyFile(secrets[name], theirs[name]);
}
