import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { deploy, rollback } from '@suffrage/delivery/deploy';
import { installations } from '@suffrage/delivery/environments';
import { repositoryDirectory } from '@suffrage/stack/paths';

const program = join(repositoryDirectory, '.tools/bin/helm');
const helm = (...words: string[]) => execFileSync(program, words, { encoding: 'utf8' });

const commit = 'c'.repeat(40);
const release = {
  commit,
  images: [{ name: 'web', repository: 'registry/suffrage/web', digest: `sha256:${'d'.repeat(64)}` }],
};
const history = ['superseded', 'deployed'].map((status, index) => ({
  revision: index + 1,
  status,
  description: status === 'deployed' ? `commit ${commit}` : 'commit before',
}));

/** Answers as a cluster with the suite would, and keeps what it was asked. */
function recorder() {
  const calls: (readonly string[])[] = [];
  const run = (_program: string, words: readonly string[]): Promise<string> => {
    calls.push(words);
    const answers: Record<string, string> = {
      version: helm('version', '--template', '{{.Version}}'),
      list: '[{"name":"suffrage"}]',
      get: '{"standby":true}',
      history: JSON.stringify(history),
    };
    return Promise.resolve(answers[words[0] ?? ''] ?? '');
  };
  return { run, calls };
}

test('the Helm that is pinned knows every option that a release gives it', async () => {
  const { run, calls } = recorder();
  for (const installation of installations) {
    await deploy(run, release, installation, { file: 'values.yaml', region: undefined, registry: undefined });
    expect(await rollback(run, release, installation)).toBe(1);
  }
  expect(new Set(calls.map(([action]) => action))).toEqual(
    new Set(['version', 'list', 'get', 'upgrade', 'history', 'rollback']),
  );
  const asked = new Map(calls.map(words => [words.slice(0, words[0] === 'get' ? 2 : 1).join(' '), words]));
  for (const [action, words] of asked) {
    const help = helm(...action.split(' '), '--help');
    for (const word of words.filter(each => each.startsWith('--')))
      expect([action, word, new RegExp(`${word}\\b`).test(help)]).toEqual([action, word, true]);
  }
});
