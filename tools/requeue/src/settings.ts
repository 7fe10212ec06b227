import { parseArgs } from 'node:util';
import { databaseEncryptionUsage } from '@suffrage/audit/encryption';
import { readDatabases, readDuration } from '@suffrage/audit/settings';

export const usage = `Says which valid votes a database has refused (by a constraint, a trigger), waits until the processors have tried them again,
as they do every 30 s, and says what became of each. It writes nothing: only processors may count.

  node tools/requeue/src/main.ts --databases-file FILE (--all | --election ID) [options]

  --databases-file FILE    the votes databases, one postgresql:// URL a line
  --all                    votes of all elections
  --election ID            votes of this one
  --dry-run                do not wait, only say how many there are
  --wait TIME              give up when none of them was taken for so long: 30s, 2m (default 90s)
  --help

On the local stack "make requeue" does the same, and has the processors try at once.

${databaseEncryptionUsage}
Exit status: 0 none is set aside any more, 1 some are, 2 it could not be looked.
`;

export type Settings = {
  readonly databaseUrls: readonly string[];
  /** Of all elections when it is `undefined`. */
  readonly election: string | undefined;
  readonly dryRun: boolean;
  readonly patienceMillis: number;
};

/** @throws Error with one sentence when the arguments can't be used. */
export function readSettings(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'databases-file': { type: 'string' },
      all: { type: 'boolean', default: false },
      election: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      wait: { type: 'string', default: '90s' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { all, election, 'databases-file': file } = values;
  if (all === (election !== undefined)) throw new Error('name one: --all, or --election with its id');
  if (election === '') throw new Error('--election: name an election');
  if (file === undefined) throw new Error('--databases-file: name the file of the votes databases');
  return {
    // Several shards may lie in one database.
    databaseUrls: [...new Set(readDatabases(file))],
    election,
    dryRun: values['dry-run'],
    patienceMillis: readDuration('--wait', values.wait),
  };
}
