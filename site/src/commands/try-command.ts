import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocuments } from '@suffrage/delivery/read-documents';
import { programs, repositoryDirectory } from '@suffrage/stack/paths';
import { type Command, optionOf } from './read-blocks.ts';

/** `ran`: what was carried out in its place; `left`: why it was not. It throws where the command is wrong. */
export type Tried = { readonly ran: string } | { readonly left: string };

/**
 * What each program of a page needs. A program that is not named here fails the test: whoever writes it down says what it needs,
 * or how it is tried.
 */
const NEEDS: Readonly<Record<string, string>> = {
  ab: 'a running service',
  aws: 'an account of AWS',
  base64: 'what the command before it prints',
  cosign: 'a registry with images',
  curl: 'the hosts that it asks',
  jq: 'what the command before it prints',
  kind: 'a container engine',
  locust: 'a running service',
  tofu: 'an account of AWS: make infra-check runs the same on a double of its provider',
};

/** Programs of any machine; a block of these alone is run as it stands. */
export const LOCAL = new Set(['cat', 'cp', 'echo', 'head', 'openssl', 'tr', 'umask']);

const own = (path: string) => join(repositoryDirectory, path);
const tool = (name: string) => own(`.tools/bin/${name}`);
const run = (program: string, words: readonly string[], directory = repositoryDirectory): string =>
  execFileSync(program, words, {
    cwd: directory,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 1 << 26,
    // policies/judge.sh looks for it before it explains itself.
    env: { ...process.env, CONFTEST: process.execPath },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Tries a command as far as it goes without servers. `scratch`: a directory for files that the reader would have. */
export function tryCommand(command: Command, scratch: string): Tried {
  const { program, words } = command;
  switch (program) {
    case 'make':
      return { left: 'the test of make targets reads it' };
    case 'helm':
      return tryHelm(words, scratch);
    case 'kubectl':
      return tryKubectl(words, scratch);
    case 'node':
      return tryHelp(programs.node, words[0] ?? '', words.slice(1));
    case 'psql':
      return tryPsql(words);
    case 'cd':
      if (!existsSync(own(words[0] ?? ''))) throw new Error(`there is no directory ${words[0]}`);
      return { ran: 'the directory is there' };
    default:
      return tryOther(program, words);
  }
}

function tryOther(program: string, words: readonly string[]): Tried {
  if (program.endsWith('.sh')) return tryHelp('bash', program, words);
  if (LOCAL.has(program)) return { left: 'it works on what commands around it have made' };
  const left = NEEDS[program];
  if (left === undefined) throw new Error(`nobody has said what ${program} needs: site/src/commands`);
  return { left };
}

/** A program of ours explains itself, and knows each option that the page gives it. */
function tryHelp(interpreter: string, program: string, words: readonly string[]): Tried {
  const help = run(interpreter, [own(program), '--help']);
  const unknown = words.filter(word => word.startsWith('--') && !help.includes(word.split('=')[0] ?? word));
  if (unknown.length > 0) throw new Error(`${program} --help does not know ${unknown.join(', ')}`);
  return { ran: `${program} --help` };
}

/** Its file is there, and each variable of the file has a value. */
function tryPsql(words: readonly string[]): Tried {
  const [file = ''] = optionOf(words, '-f');
  const statements = readFileSync(own(file), 'utf8').replaceAll(/^--.*$/gm, '');
  const wanted = new Set([...statements.matchAll(/ :'?([a-z]+)/g)].map(([, name = '']) => name));
  const given = optionOf(words, '-v').map(setting => setting.split('=')[0] ?? '');
  const missing = [...wanted].filter(name => !given.includes(name));
  if (missing.length > 0) throw new Error(`${file} needs -v ${missing.join(', ')}`);
  return { left: 'a database; its variables are those of the file' };
}

const CHART = 'helm/suffrage';

/** Whatever would install our chart renders it, with the same values; a reader's own values are those of production. */
function tryHelm(words: readonly string[], scratch: string): Tried {
  const [action = ''] = words;
  if (['test', 'rollback'].includes(action)) return { left: 'an installation in a cluster' };
  if (!words.includes(CHART)) return { left: 'charts of others, from their hosts' };
  const files = optionOf(words, '-f', '--values').flatMap(file => ['-f', fileFor(file, scratch)]);
  const settings = optionOf(words, '--set').flatMap(setting => ['--set', setting]);
  if (files.length === 0) throw new Error(`the chart needs values: ${words.join(' ')}`);
  const rendered = run(tool('helm'), ['template', 'suffrage', CHART, '-n', 'apps', ...files, ...settings]);
  if (!rendered.includes('kind: Deployment')) throw new Error('the chart rendered no service');
  return { ran: 'helm template' };
}

/** A file of the repository, or one that the reader has: it has no directory. */
function fileFor(file: string, scratch: string): string {
  if (file.includes('/')) return file;
  const path = join(scratch, file);
  if (!existsSync(path)) writeFileSync(path, readFileSync(own(`${CHART}/values-production.yaml`)));
  return path;
}

/** What is made of the reader's files is made, but not sent; what is applied is read; the rest needs the cluster. */
function tryKubectl(words: readonly string[], scratch: string): Tried {
  const [directory] = optionOf(words, '-k');
  if (directory !== undefined) {
    run(tool('kubectl'), ['kustomize', own(directory)]);
    return { ran: 'kubectl kustomize' };
  }
  const created = words.findIndex(word => word === 'secret' || word === 'configmap');
  if (words.includes('create') && created > 0) {
    for (const file of optionOf(words, '--from-file'))
      writeFileSync(join(scratch, file.slice(file.indexOf('=') + 1)), 'x');
    const sent = words.filter(word => !/^(--dry-run|-o$|yaml$)/.test(word));
    run(tool('kubectl'), [...sent, '--dry-run=client', '--validate=false', '-o', 'yaml'], scratch);
    return { ran: 'kubectl create --dry-run=client' };
  }
  const isSent = words.includes('apply') || words.includes('delete');
  const files = isSent ? optionOf(words, '-f').filter(file => /^(?!https:).*\//.test(file)) : [];
  for (const file of files) readManifests(own(file));
  return files.length > 0 ? { ran: 'its files are read' } : { left: 'a cluster' };
}

function readManifests(path: string): void {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path)) if (name.endsWith('.yaml')) readManifests(join(path, name));
    return;
  }
  readDocuments(readFileSync(path, 'utf8'));
}

/** @throws Error where a block of commands that need nothing but the machine fails */
export function runBlock(lines: readonly string[], scratch: string): void {
  run('sh', ['-euc', lines.join('\n')], scratch);
}
