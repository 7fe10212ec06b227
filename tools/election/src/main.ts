import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { callService } from '@suffrage/audit/call-service';
import { serviceEncryptionUsage } from '@suffrage/audit/encryption';
import { localTimeOf } from '@suffrage/contracts/local-time';
import { readSecret, secretFiles } from '@suffrage/stack/secrets';
import { readState } from '@suffrage/stack/state';
import { table } from '@suffrage/stack/table';
import { z } from 'zod';
import { readElectionFile } from './read-election-file.ts';

const usage = `Creates an election from a JSON file, as a draft unless told otherwise. docs/design/elections.md explains the file.

  node tools/election/src/main.ts FILE [options]

  --publish            schedule it: it opens and closes by itself, and its definition is locked
  --open               open it now
  --registrar URL      where the registrar answers              } without these: those of the local
  --token-file FILE    a manager's bearer token, nothing else   } stack, which has to be up
  --stack DIR          data directory of the local stack (default .data/local)
  --help

${serviceEncryptionUsage}
Exit status: 0 done, 1 refused, 2 the file or the arguments can not be used.
`;

const LOCAL_STACK = process.env.SUFFRAGE_DATA ?? resolve(import.meta.dirname, '../../../.data/local');
const REQUEST_MILLIS = 10_000;

const view = z.looseObject({ phase: z.string() });
const problem = z.looseObject({
  code: z.string(),
  title: z.string(),
  field: z.string().optional(),
  detail: z.string().optional(),
});

class Refused extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      publish: { type: 'boolean', default: false },
      open: { type: 'boolean', default: false },
      registrar: { type: 'string' },
      'token-file': { type: 'string' },
      stack: { type: 'string', default: LOCAL_STACK },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new Error('name one file; --help tells the rest');
  if (values.publish && values.open) throw new Error('--publish and --open exclude each other');
  const draft = readElectionFile(file);
  const registrar = {
    url: values.registrar ?? registrarOf(values.stack),
    token: tokenFrom(values['token-file'], values.stack),
  };
  let { phase } = await ask(registrar, '/v1/elections', draft);
  if (values.publish) ({ phase } = await ask(registrar, `/v1/elections/${draft.id}/publish`));
  if (values.open) ({ phase } = await ask(registrar, `/v1/elections/${draft.id}/open`));
  const shown = (instant: string) => `${localTimeOf(instant, draft.timeZone)}  ${draft.timeZone}`;
  const rows = [
    ['election', draft.id],
    ['phase', phase],
    ['opens', phase === 'open' && values.open ? 'now' : shown(draft.opensAt)],
    ['closes', shown(draft.closesAt)],
    ['at', `${registrar.url}/v1/elections/${draft.id}`],
  ];
  process.stdout.write(`${table(rows, [0, 1]).join('\n')}\n`);
}

function registrarOf(stack: string): string {
  const parts = readState(stack)?.parts ?? [];
  const part = parts.find(({ description }) => description.name.startsWith('registrar'));
  const port = part?.description.ports.http;
  if (port === undefined)
    throw new Error(`there is no registrar in ${stack}: start the stack with "make up", or name --registrar`);
  return `http://127.0.0.1:${port}`;
}

function tokenFrom(file: string | undefined, stack: string): string {
  const own = secretFiles(stack).managerTokens;
  const path = file ?? own;
  if (!existsSync(path)) throw new Error(`${path}, which should hold a manager's token, is not there`);
  const words = readSecret(path).split(/\s+/);
  // The stack's own file has the manager's name before the token.
  const token = file === undefined ? words[1] : words.length === 1 ? words[0] : undefined;
  if (!token) throw new Error(`${path} must hold one bearer token and nothing else`);
  return token;
}

/** @throws Refused with what the registrar says. */
async function ask(
  { url, token }: { readonly url: string; readonly token: string },
  path: string,
  body?: object,
): Promise<z.infer<typeof view>> {
  const response = await callService(new URL(path, url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_MILLIS),
  }).catch((cause: unknown) => {
    throw new Error(`the registrar at ${url} does not answer`, { cause });
  });
  const json: unknown = await response.json();
  if (response.ok) return view.parse(json);
  const { code, title, field, detail } = problem.parse(json);
  const where = [field, detail].filter(part => part !== undefined).join(' ');
  throw new Refused(`${title} (${code}${where === '' ? '' : `: ${where}`})`);
}

process.exitCode = await main().then(
  () => 0,
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof Refused ? 1 : 2;
  },
);
