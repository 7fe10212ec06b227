import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { settings as aggregator } from '@suffrage/aggregator/config';
import { settings as ingestion } from '@suffrage/ingestion/config';
import { settings as processor } from '@suffrage/processor/config';
import { settings as registrar } from '@suffrage/registrar/config';
import { webSettings as web } from '@suffrage/web/server/config.ts';
import type { z } from 'zod';

const USAGE = `Writes .env.example of each service: its settings from their schemas, with the comments of the source.

  node tools/images/src/print-environment.ts [DIR]    DIR: where to write (default the repository)
`;

const ROOT = join(import.meta.dirname, '../../..');
const SHARED = ['config', 'kafka/access', 'tls/settings'].map(name => `libs/runtime/src/${name}.ts`);
const SERVICES = [
  ['services/ingestion', 'services/ingestion/src/config.ts', ingestion],
  ['services/processor', 'services/processor/src/config.ts', processor],
  ['services/aggregator', 'services/aggregator/src/config.ts', aggregator],
  ['services/registrar', 'services/registrar/src/config.ts', registrar],
  ['web', 'web/server/config.ts', web],
] as const;

const INTRODUCTION = `# Written by tools/images/src/print-environment.ts. What has no # is needed; take a # away to set something else than is said.
# Names in _FILE want the path of a file: what is secret is never in the environment.
`;

function main(): void {
  const [target = ROOT] = process.argv.slice(2);
  if (target === '--help') return void process.stdout.write(USAGE);
  for (const [place, source, settings] of SERVICES) {
    const file = join(target, place, '.env.example');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, printSettings(settings, commentsOf([...SHARED, source])));
  }
}

function printSettings(
  settings: Readonly<Record<string, z.ZodType>>,
  comments: ReadonlyMap<string, string>,
): string {
  // For fault tests alone.
  const names = Object.keys(settings).filter(name => name !== 'SUFFRAGE_CRASH_POINT');
  const lines = names.map(name => {
    const comment = comments.get(name);
    return `${comment ? `\n# ${comment}\n` : ''}${printSetting(name, settings[name])}\n`;
  });
  return [INTRODUCTION, '\n', ...lines].join('');
}

function printSetting(name: string, schema: z.ZodType | undefined): string {
  const initial = schema?.safeParse(undefined);
  if (!initial?.success) return `${name}=`;
  // The host's own name differs from host to host.
  if (initial.data === undefined || name === 'SUFFRAGE_INSTANCE') return `# ${name}=`;
  return `# ${name}=${textOf(schema, initial.data)}`;
}

/** As it is written in the environment: times have a unit there, and milliseconds are what is read. */
function textOf(schema: z.ZodType | undefined, value: unknown): string {
  const written = [
    String(value),
    `${Number(value) / 60_000}m`,
    `${Number(value) / 1_000}s`,
    `${Number(value)}ms`,
  ];
  const text = written.find(one => schema?.safeParse(one).data === value);
  if (text === undefined) throw new Error(`no text is read as the default ${JSON.stringify(value)}`);
  return text;
}

/** What a source says above each of its settings. */
function commentsOf(sources: readonly string[]): ReadonlyMap<string, string> {
  const texts = sources.map(source => readFileSync(join(ROOT, source), 'utf8')).join('\n');
  const found = texts.matchAll(/\/\*\*(?<comment>(?:(?!\*\/)[^])*)\*\/\s*(?<name>SUFFRAGE_\w+):/g);
  return new Map(
    [...found].map(({ groups: { comment = '', name = '' } = {} }) => [
      name,
      comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim(),
    ]),
  );
}

main();
