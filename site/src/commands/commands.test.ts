import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { findPages } from '../pages.ts';
import { blocksOf, commandsOf, linesOf, optionOf } from './read-blocks.ts';
import { LOCAL, runBlock, tryCommand } from './try-command.ts';
import { trySnippet } from './try-snippet.ts';

jest.setTimeout(240_000);

const scratch = mkdtempSync(join(tmpdir(), 'suffrage-commands-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Programs, or our own scripts: what a block without a language begins with where it holds commands. */
const BEGINS =
  /^([A-Z_0-9]+=\S+ +|[A-Z_0-9]+='[^']*' +)*(make|kubectl|helm|node|head|ELECTION|[a-z]+\/[a-z/-]+\.sh)\b/;
const isShell = ({ language, body }: ReturnType<typeof blocksOf>[number]) =>
  language === 'sh' ||
  (language === '' && BEGINS.test(body)) ||
  (language === 'text' && body.startsWith('cosign '));

type Record = { readonly page: string; readonly line: string; readonly ran?: string; readonly left?: string };
const records: Record[] = [];

const pages = findPages()
  .map(({ path }) => ({ path, blocks: blocksOf(readFileSync(join(repositoryDirectory, path), 'utf8')) }))
  .filter(({ blocks }) => blocks.some(block => isShell(block) || !['', 'text'].includes(block.language)));

test.each(pages.map(({ path }) => path))(
  'what %s tells its reader to do works as far as it goes here',
  page => {
    const wrong: string[] = [];
    const attempt = (line: string, act: () => void) => {
      try {
        act();
      } catch (error) {
        wrong.push(`${line}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    for (const block of pages.find(({ path }) => path === page)?.blocks ?? []) {
      const lines = linesOf(block);
      attempt(lines[0] ?? '', () => {
        if (trySnippet(block)) records.push({ page, line: block.language, ran: 'read' });
      });
      if (!isShell(block)) continue;
      const commands = lines.flatMap(line => commandsOf(line));
      if (commands.every(({ program }) => LOCAL.has(program))) {
        attempt(lines[0] ?? '', () => runBlock(lines, scratch));
        records.push(...lines.map(line => ({ page, line, ran: 'as it stands' })));
        continue;
      }
      for (const command of commands)
        attempt(command.line, () =>
          records.push({ page, line: command.line, ...tryCommand(command, scratch) }),
        );
    }
    expect(wrong).toEqual([]);
  },
);

test('most of what pages say is tried, by every way there is', () => {
  const ways = new Set(
    records.flatMap(({ ran }) => (ran === undefined ? [] : [ran.replace(/^.* --help$/, 'help')])),
  );
  for (const way of [
    'as it stands',
    'helm template',
    'kubectl kustomize',
    'kubectl create --dry-run=client',
    'its files are read',
    'help',
    'read',
  ])
    expect([way, ways.has(way)]).toEqual([way, true]);
});

test('an upgrade names the files of an installation: Helm forgets every value that is not named again', () => {
  const ours = pages
    .flatMap(({ blocks }) => blocks.filter(isShell).flatMap(linesOf).flatMap(commandsOf))
    .filter(
      ({ program, words }) =>
        program === 'helm' && words.includes('upgrade') && words.includes('helm/suffrage'),
    );
  const filesOf = (words: readonly string[]) => optionOf(words, '-f', '--values').join(' ');
  const installed = ours.filter(({ words }) => words.includes('--install'));
  const upgrades = ours.filter(({ words }) => !words.includes('--install'));
  expect(upgrades.length).toBeGreaterThan(2);
  for (const { line, words } of upgrades) {
    expect(installed.map(each => filesOf(each.words))).toContain(filesOf(words));
    expect([line, optionOf(words, '--set')]).toEqual([line, []]);
  }
});

const texts = pages.map(({ path }) => readFileSync(join(repositoryDirectory, path), 'utf8')).join('\n');

test('a Job that may be asked for again has another name each time', () => {
  const names = [...texts.matchAll(/kubectl .*create job (\S+)/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) expect(name).toMatch(/\$/);
});

test('every file that becomes a Secret was made by a command before', () => {
  const { blocks = [] } = pages.find(({ path }) => path === 'docs/operate.md') ?? {};
  const lines = blocks.filter(isShell).flatMap(linesOf);
  const made = new Set<string>();
  const used = lines.flatMap(line => {
    for (const [, file = ''] of line.matchAll(/(?:>|-out )([a-z][\w.-]*)/g)) made.add(file);
    const files = line.includes('create secret') ? optionOf(line.split(' '), '--from-file') : [];
    for (const file of files) expect([file, made.has(file)]).toEqual([file, true]);
    return files;
  });
  expect(used.length).toBeGreaterThan(6);
});

test('what is asked of our objects names their namespace', () => {
  const commands = texts.match(/kubectl [^\n`]*\bsuffrage-[^\n`]*/g) ?? [];
  expect(commands.length).toBeGreaterThan(8);
  for (const command of commands) expect(command).toMatch(/ (-n|--namespace)[ =]| apply /);
});

const tried = (line: string) => commandsOf(line).map(command => tryCommand(command, scratch));

test('a command that no longer works is told', () => {
  expect(() => tried('helm upgrade suffrage helm/suffrage -f helm/suffrage/values-gone.yaml')).toThrow(
    'values-gone',
  );
  expect(() =>
    tried('helm upgrade suffrage helm/suffrage -f own-values.yaml --set kafka.partitions=many'),
  ).toThrow('partitions');
  expect(() => tried('kubectl apply -k deploy/gone')).toThrow();
  expect(() => tried('kubectl apply -f deploy/gone.yaml')).toThrow('gone.yaml');
  expect(() => tried('node infra/failover/main.ts --outputs x --form y')).toThrow('does not know --form');
  expect(() => tried('unheard --of')).toThrow('nobody has said what unheard needs');
  expect(() => runBlock(['openssl genpkey -algorithm ed25520'], scratch)).toThrow();
  expect(() => trySnippet({ language: 'json', body: '{,}' })).toThrow();
  expect(() =>
    trySnippet({ language: 'ts', body: "import { gone } from '@suffrage/audit/print-report';" }),
  ).toThrow('does not export gone');
});

test('lines are read as a shell would', () => {
  const line = `A=1 B='x y' one -f a --file=b && two "c d" >out | three 'e | f'; for x in y; do four & done`;
  expect(commandsOf(line).map(({ program, words }) => [program, ...words])).toEqual([
    ['one', '-f', 'a', '--file=b'],
    ['two', 'c d'],
    ['three', 'e | f'],
    ['four'],
  ]);
  expect(optionOf(['-f', 'a', '--file=b'], '-f', '--file')).toEqual(['a', 'b']);
  expect(linesOf({ language: '', body: 'one \\\n  two   said of it\n# said\nthree # said\n' })).toEqual([
    'one two',
    'three',
  ]);
});
