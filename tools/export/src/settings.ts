import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { encryptionUsage } from '@suffrage/audit/encryption';
import { readSettings as readAuditSettings } from '@suffrage/audit/settings';

export const usage = `Writes all counted votes of a closed election, with what is needed to recount and verify them.

  node tools/export/src/main.ts --election ID [options]

  --election ID            which election
  --out DIR                where to (default out/export/ID)
  --brokers HOST:PORT,…    Kafka's bootstrap brokers      } without these two: those of the
  --databases-file FILE    one postgresql:// URL a line   } local stack
  --stack DIR              data directory of the local stack (default .data/local)
  --namespace NAME         prefix of the topics (default none)
  --help

Files: votes.ndjson (one vote a line, ordered by vote ID), definition.json, results.json, and zero-report.json,
audit-addendum.json (later ones numbered) and seal.json where there are such.

  python3 docs/verify/verify.py out/export/ID

${encryptionUsage}
Exit status: 0 written, 2 not.
`;

export type Settings = {
  readonly electionId: string;
  readonly directory: string;
  readonly brokers: readonly string[];
  readonly databaseUrls: readonly string[];
  readonly namespace: string;
};

/** @throws Error with one sentence when the arguments can't be used. */
export function readSettings(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      election: { type: 'string' },
      out: { type: 'string' },
      brokers: { type: 'string' },
      'databases-file': { type: 'string' },
      stack: { type: 'string' },
      namespace: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { election, out } = values;
  if (election === undefined || election === '') throw new Error('--election: name an election');
  const shared = ['brokers', 'databases-file', 'stack', 'namespace'] as const;
  const found = readAuditSettings(
    shared.flatMap(name => (values[name] === undefined ? [] : [`--${name}`, values[name]])),
  );
  if (found === 'help') return 'help';
  const { brokers, databaseUrls, namespace } = found;
  const directory = resolve(out ?? join('out/export', election));
  return { electionId: election, directory, brokers, databaseUrls: [...new Set(databaseUrls)], namespace };
}
