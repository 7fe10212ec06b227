import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { judgeMake, parseMake, readTargets } from '@suffrage/delivery/make-targets';
import { programs, repositoryDirectory } from '@suffrage/stack/paths';
import { findPages } from './pages.ts';

jest.setTimeout(120_000);

/** Targets of parts that a checkout may be without. */
const targets = readTargets();

/** What a page tells its reader to type: code spans, and lines of fenced blocks, that begin with make. */
function commandsOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, body = '']) =>
    body.split('\n'),
  );
  const spans = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...fenced, ...spans]
    .map(line => line.trim().split(/\s{2,}|\s+#/)[0] ?? '')
    .filter(line => /^([A-Z_]+=\S+ )*make( |$)/.test(line) && line !== 'make');
}

test.each(findPages().map(({ path }) => path))('%s names only commands that are there', path => {
  for (const text of commandsOf(readFileSync(join(repositoryDirectory, path), 'utf8'))) {
    const command = parseMake(text);
    expect([text, command && judgeMake(command, targets)]).toEqual([text, []]);
  }
});

test('commands are found in blocks and in the text', () => {
  expect(commandsOf('Say `make up`:\n```\nmake faults ALL=1   all of them\n```\n`cmake`, `made`')).toEqual([
    'make faults ALL=1',
    'make up',
  ]);
});

const helpful = targets.filter(({ text }) => text.includes('$(ARGS)') && /\s[a-z-]+\/\S+\.ts\b/.test(text));
test.each(helpful.map(({ name }) => name).filter(name => !/test/.test(name)))(
  'make %s ARGS=--help says what it does and touches nothing',
  name => {
    const recipe = targets.find(target => target.name === name)?.text ?? '';
    const program = /\s([a-z-]+\/\S+\.ts)\b/.exec(recipe)?.[1] ?? '';
    const said = execFileSync(programs.node, [join(repositoryDirectory, program), '--help'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(said.length).toBeGreaterThan(80);
  },
);
