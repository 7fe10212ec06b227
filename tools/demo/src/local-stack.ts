import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openParts } from '@suffrage/stack/parts';
import { readState } from '@suffrage/stack/state';
import { secretFiles } from '@suffrage/stack/secrets';

/** Where the parts of the local stack answer, read from what `make up` has written. */
export type LocalStack = {
  readonly registrarUrl: string;
  readonly ingestionUrls: readonly string[];
  readonly grpcAddresses: readonly string[];
  readonly resultsUrls: readonly string[];
  readonly pageUrl: string;
  readonly brokers: readonly string[];
  readonly databaseUrls: readonly string[];
  readonly managerToken: string;
  /** Every process by its part's name. */
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
};

const STACK_COMMAND = join(import.meta.dirname, '../../stack/src/main.ts');

/** Runs `up`, `down` … of the local stack with its output on this terminal. @throws when it fails; it has said why. */
export function stackCommand(command: 'up' | 'down'): void {
  execFileSync(process.execPath, [STACK_COMMAND, command], { stdio: 'inherit' });
}

export function isUp(dataDirectory: string): boolean {
  return openParts(dataDirectory).some(part => part.isRunning());
}

export function openLocalStack(dataDirectory: string): LocalStack {
  const state = readState(dataDirectory);
  if (!state) throw new Error('the stack is not up: run make up');
  const secrets = secretFiles(dataDirectory);
  const portsOf = (kind: RegExp, port: string) =>
    state.parts
      .filter(({ description }) => kind.test(description.name))
      .flatMap(({ description }) => description.ports[port] ?? []);
  const urlsOf = (kind: RegExp) => portsOf(kind, 'http').map(port => `http://127.0.0.1:${port}`);
  const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n');
  const [registrarUrl = ''] = urlsOf(/^registrar/);
  const [pageUrl = ''] = urlsOf(/^web/);
  return {
    registrarUrl,
    pageUrl,
    ingestionUrls: urlsOf(/^ingestion/),
    grpcAddresses: portsOf(/^ingestion/, 'grpc').map(port => `127.0.0.1:${port}`),
    resultsUrls: urlsOf(/^aggregator/),
    brokers: portsOf(/^kafka/, 'kafka').map(port => `127.0.0.1:${port}`),
    databaseUrls: lines(secrets.votesDatabases),
    managerToken: lines(secrets.managerTokens)[0]?.split(/\s+/)[1] ?? '',
    processes: state.parts.flatMap(({ description, reference }) =>
      reference ? [{ name: description.name, pid: reference.pid }] : [],
    ),
  };
}
