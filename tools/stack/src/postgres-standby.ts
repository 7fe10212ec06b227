import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Infrastructure } from './infrastructure.ts';
import { createPart, type Part } from './part.ts';
import { freePorts } from './ports.ts';
import { writeSecret } from './secrets.ts';

/** A streaming standby of the stack's PostgreSQL. */
export type Standby = {
  readonly part: Part;
  /** postgresql:// URL of the votes database on it, for reading. */
  readonly votesUrl: string;
};

/**
 * Copies the data directory of the stack's PostgreSQL, which is stopped for that moment, to `directory`, with owners and
 * modes: the server insists on both.
 */
export async function copyCluster(
  { dataDirectory, postgres }: Infrastructure,
  directory: string,
): Promise<void> {
  await postgres.part.stop();
  await promisify(execFile)('cp', ['-a', clusterOf(dataDirectory), directory]);
  await postgres.part.start();
}

/** Starts a standby on such a copy: it receives what the primary writes from then on. It ends with this process. */
export async function startStandby(infrastructure: Infrastructure, directory: string): Promise<Standby> {
  const { dataDirectory, postgres, secrets } = infrastructure;
  const { description } = postgres.part;
  const [port = 0] = await freePorts(1);
  const primary = new URL(postgres.adminUrl);
  const from = `host=127.0.0.1 port=${primary.port} user=${primary.username} password=${primary.password} application_name=standby`;
  await writeFile(join(directory, 'standby.signal'), '');
  const args = description.process.args.map(argument =>
    argument === clusterOf(dataDirectory) ? directory : argument.replace(/^port=.*/, `port=${port}`),
  );
  const urlFile = join(secrets.directory, 'standby-database');
  writeSecret(urlFile, onPort(postgres.adminUrl, port));
  const part = createPart(
    {
      ...description,
      name: 'postgres-standby',
      ports: { postgres: port },
      process: { ...description.process, args: [...args, '-c', `primary_conninfo=${from}`] },
      probe: { kind: 'postgres', urlFile },
    },
    { lifetime: 'owner', onChange: () => undefined },
  );
  await part.start();
  return { part, votesUrl: onPort(postgres.votesUrl, port) };
}

function clusterOf(dataDirectory: string): string {
  return join(dataDirectory, 'postgres', 'cluster');
}

function onPort(url: string, port: number): string {
  const moved = new URL(url);
  moved.port = String(port);
  return moved.href;
}
