import { createDatabases } from '@suffrage/stack/postgres';
import { secretFiles } from '@suffrage/stack/secrets';
import { table } from '@suffrage/stack/table';
import { makeSecrets } from './make-secrets.ts';
import { migrate } from './migrate.ts';

/** The program of the image `tools`: its first argument names a command, the rest is the command's. */
const COMMANDS: Record<string, { readonly does: string; readonly run: () => unknown }> = {
  migrate: { does: 'bring the databases to the newest schema', run: migrate },
  'prepare-log': {
    does: 'create and grow the topics',
    run: () => import('@suffrage/ingestion/prepare-log'),
  },
  audit: { does: 'hold the log against the databases', run: () => import('@suffrage/audit/main') },
  export: {
    does: 'write all counted votes of a closed election',
    run: () => import('@suffrage/export/main'),
  },
  election: {
    does: 'create an election from a JSON file',
    run: () => import('@suffrage/election/main'),
  },
  requeue: {
    does: 'say what became of votes that a database has refused',
    run: () => import('@suffrage/requeue/main'),
  },
  'publish-audit': {
    does: 'put a signed audit report beside official results',
    run: () => import('@suffrage/aggregator/publish-audit'),
  },
  demo: {
    does: 'hold the Edinburgh election of 2022 again on an installation, and check it',
    run: () => import('@suffrage/demo/anywhere'),
  },
  'make-secrets': {
    does: 'make keys and passwords of an installation, once',
    run: () => makeSecrets(process.argv.slice(2)),
  },
  'prepare-databases': {
    does: 'create roles and databases, with what make-secrets has made (in /secrets/all, or a directory named)',
    run: () => createDatabases(secretFiles(process.argv[2] ?? '/secrets/all')),
  },
};

const usage = () =>
  [
    'suffrage/tools COMMAND [arguments]; COMMAND --help says more of those that take some',
    '',
    ...table(
      Object.entries(COMMANDS).map(([name, { does }]) => [`  ${name}`, does]),
      [0, 1],
    ),
    '',
  ].join('\n');

/** Commands read their arguments as if they had been started by themselves. */
async function main(): Promise<void> {
  const [, , name = '--help'] = process.argv;
  if (name === '--help') return void process.stdout.write(usage());
  const command = COMMANDS[name];
  if (!command) {
    process.stderr.write(`there is no command ${name}\n\n${usage()}`);
    process.exitCode = 2;
    return;
  }
  process.argv.splice(2, 1);
  await command.run();
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
