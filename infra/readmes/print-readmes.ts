import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `node infra/readmes/print-readmes.ts DIRECTORY`: a README for each module, from its variables and outputs, as DIRECTORY/NAME/README.md. */
const MODULES = join(import.meta.dirname, '../opentofu/modules');
const target = process.argv[2] ?? MODULES;

for (const name of readdirSync(MODULES)) {
  mkdirSync(join(target, name), { recursive: true });
  writeFileSync(join(target, name, 'README.md'), readme(name));
}

function readme(name: string): string {
  const variables = blocks(name, 'variables.tf', 'variable').map(({ title, body }) => {
    const needed = /^ {2}default\s+=/m.test(body) ? '' : 'yes';
    return `| \`${title}\` | ${needed} | ${description(body)} |`;
  });
  const outputs = blocks(name, 'outputs.tf', 'output').map(
    ({ title, body }) => `| \`${title}\` | ${description(body)} |`,
  );
  return [
    `# Module ${name}`,
    '',
    'Written by `infra/readmes/print-readmes.ts` from `variables.tf` and `outputs.tf`: types, defaults and what is refused stand there.',
    '',
    '| variable | needed | |',
    '|---|---|---|',
    ...variables,
    '',
    '| output | |',
    '|---|---|',
    ...outputs,
    '',
  ].join('\n');
}

function blocks(name: string, file: string, keyword: string) {
  const text = readFileSync(join(MODULES, name, file), 'utf8');
  const found = text.matchAll(new RegExp(`^${keyword} "([^"]+)" \\{\\n(.*?)^\\}`, 'gms'));
  return [...found].map(([, title = '', body = '']) => ({ title, body }));
}

function description(body: string): string {
  const [, text] = /^ {2}description\s+= "(.*)"$/m.exec(body) ?? [];
  if (text === undefined) throw new Error(`without a description:\n${body}`);
  return text.replaceAll('\\"', '"').replaceAll('|', '\\|');
}
