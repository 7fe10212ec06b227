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
    const byDefault = argument(body, 'default');
    const cells = [
      code(title),
      description(body),
      code(argument(body, 'type') ?? 'any'),
      byDefault === undefined ? 'needed' : code(byDefault),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const outputs = blocks(name, 'outputs.tf', 'output').map(
    ({ title, body }) => `| \`${title}\` | ${description(body)} |`,
  );
  return [
    `# Module ${name}`,
    '',
    'Written by `infra/readmes/print-readmes.ts` from `variables.tf` and `outputs.tf`: what is refused stands there.',
    '',
    '| variable | | type | default |',
    '|---|---|---|---|',
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

/** An argument as it is written, in one line. */
function argument(body: string, name: string): string | undefined {
  const [, written] = new RegExp(`^ {2}${name} += (.*?)(?=\\n+ {2}[a-z]|\\n*(?![^]))`, 'ms').exec(body) ?? [];
  return written
    ?.trim()
    .replaceAll(/(?<![{([,])\n\s*(?![\s})\]])/g, ', ')
    .replaceAll(/\s+/g, ' ');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function description(body: string): string {
  const [, text] = /^ {2}description\s+= "(.*)"$/m.exec(body) ?? [];
  if (text === undefined) throw new Error(`without a description:\n${body}`);
  return text.replaceAll('\\"', '"').replaceAll('|', '\\|');
}
