import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { settings as aggregator } from '@suffrage/aggregator/config';
import { settings as ingestion } from '@suffrage/ingestion/config';
import { settings as processor } from '@suffrage/processor/config';
import { settings as registrar } from '@suffrage/registrar/config';
import { webSettings as web } from '@suffrage/web/server/config.ts';
import type { z } from 'zod';
import { TARGETS } from './targets.ts';

const ROOT = join(import.meta.dirname, '../../..');

type Stage = { readonly from: string; readonly lines: string[] };

/** Stages by name, their instructions each on one line. */
function readStages(): ReadonlyMap<string, Stage> {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/^#.*\n/gm, '');
  for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n')) {
    const [, from = '', name = ''] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (name) stages.set(name, (stage = { from, lines: [] }));
    else if (line !== '') stage?.lines.push(line);
  }
  return stages;
}

const stages = readStages();

/** Arguments of an instruction in a stage and those that it is made from, the first first. */
function argumentsOf(name: string, instruction: string): string[] {
  const stage = stages.get(name);
  if (!stage) return [];
  const own = stage.lines.filter(line => line.startsWith(`${instruction} `));
  return [...argumentsOf(stage.from, instruction), ...own.map(line => line.slice(instruction.length + 1))];
}

test('there is a target for each bundle, and none besides', () => {
  const made = [...stages.keys()].filter(name => name !== 'base' && name !== 'service');
  expect(made).toEqual(TARGETS.map(({ name }) => name));
});

const BUILT_FROM = {
  vendor: 'Suffrage',
  licenses: 'Apache-2.0',
  version: '${VERSION}',
  revision: '${REVISION}',
};

test.each(TARGETS)('image $name belongs to nobody, says what it is, and whether it is well', target => {
  const { name, programs } = target;
  expect(argumentsOf(name, 'USER')).toEqual(['65532:65532']);
  const labels = argumentsOf(name, 'LABEL').flatMap(text => [
    ...text.matchAll(/org\.opencontainers\.image\.(\w+)="([^"]+)"/g),
  ]);
  expect(Object.fromEntries(labels.map(([, key, value]) => [key, value]))).toEqual({
    ...BUILT_FROM,
    title: `suffrage-${name}`,
    description: expect.stringMatching(/^.{15,}$/),
  });
  expect(argumentsOf(name, 'RUN')).toEqual([]);
  // Tools end when they are done: there is nobody to ask.
  if (name === 'tools') return expect(argumentsOf(name, 'HEALTHCHECK')).toEqual([]);
  expect(argumentsOf(name, 'HEALTHCHECK')).toEqual([
    expect.stringMatching(/CMD \["node", "\/app\/healthy\.js"\]$/),
  ]);
  expect(Object.keys(programs)).toContain('healthy');
});

test.each(Object.entries({ ingestion, processor, aggregator, registrar, web }))(
  'image %s names the ports that the service has in it',
  (name, settings) => {
    const environment = Object.fromEntries(
      argumentsOf(name, 'ENV').flatMap(text => text.split(' ').map(pair => pair.split('='))),
    );
    const ports = Object.entries<z.ZodType>(settings)
      .filter(([setting]) => setting.endsWith('_PORT'))
      .map(([setting, schema]) => String(schema.parse(environment[setting])));
    expect(argumentsOf(name, 'EXPOSE').join(' ').split(' ').toSorted()).toEqual(ports.toSorted());
  },
);

/** Stands for an engine that builds ingestion of 180 MB, and one byte more of everything else. */
const ENGINE = `#!/bin/sh
case "$1 $*" in image*/ingestion:*) echo 180000000 ;; image*) echo 180000001 ;; esac
`;

test('building fails above 180 MB, and says which image is too large', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-engine-'));
  const engine = join(directory, 'engine');
  writeFileSync(engine, ENGINE, { mode: 0o755 });
  const build = (names: readonly string[], environment: Record<string, string> = {}) =>
    new Promise<{ status: number | null; errors: string }>(resolve => {
      const env = { PATH: process.env.PATH, TAG: 'test', ENGINE: engine, ...environment };
      const child = execFile(join(ROOT, 'tools/images/build.sh'), names, { env }, (_error, _output, errors) =>
        resolve({ status: child.exitCode, errors }),
      );
    });
  expect(await build(['ingestion'])).toEqual({ status: 0, errors: '' });
  const { status, errors } = await build(['ingestion', 'web', 'tools']);
  expect(status).toBe(1);
  expect(errors).toMatch(/^images: above 180 MB: web tools\. .*MAX_MB\n$/);
  expect(await build(['web'], { MAX_MB: '181' })).toEqual({ status: 0, errors: '' });
  rmSync(directory, { recursive: true });
});
