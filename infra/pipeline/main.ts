import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  applyEnvironment,
  backend,
  type EnvironmentName,
  environmentNames,
  type Place,
  planEnvironment,
  readOutputs,
} from './environment.ts';
import { runProgram } from './run-program.ts';
import { valuesFiles } from './values-files.ts';

const HELP = `make infra-plan ENVIRONMENT=dev, make infra-apply ENVIRONMENT=dev, make infra-values ENVIRONMENT=dev

  plan     plans the environment against its real state; holds the plan against policies/opentofu and its own budget, prints both;
           leaves the plan and its review in out/plans/NAME, which the job that applies must be given
  apply    applies exactly that plan, where it is of this commit and nobody has changed it; then as values
  values   writes what the chart must know into gitops/infrastructure, a file for each cluster; commit what has changed

  --environment NAME   ${environmentNames.join(', ')}
  --variables FILE     default infra/opentofu/environments/NAME/environment.tfvars
  --plans DIRECTORY    default out/plans/NAME
  --root DIRECTORY     where infra/opentofu, policies and gitops are, for a rehearsal; default this checkout

Environment: SUFFRAGE_STATE, what "tofu output -json backend" of infra/opentofu/state prints; AWS's own settings for a role that
may do it; TOFU and CONFTEST name other programs. Exit status 1 where the plan is refused, fails, or is not the one reviewed.
`;

const ROOT = resolve(import.meta.dirname, '../..');
const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      environment: { type: 'string' },
      variables: { type: 'string' },
      plans: { type: 'string' },
      root: { type: 'string', default: ROOT },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command] = positionals;
  if (values.help) return say(HELP);
  const name = environmentNamed(values.environment);
  const root = resolve(values.root);
  const place: Place = {
    root,
    name,
    state: stateGiven(),
    variables: resolve(
      values.variables ?? join(root, 'infra/opentofu/environments', name, 'environment.tfvars'),
    ),
    plans: resolve(values.plans ?? join(root, 'out/plans', name)),
    commit: runProgram('git', ['rev-parse', 'HEAD'], { directory: ROOT }).trim(),
    tofu: process.env['TOFU'] ?? join(ROOT, '.tools/bin/tofu'),
    conftest: process.env['CONFTEST'] ?? join(ROOT, '.tools/bin/conftest'),
  };
  switch (command) {
    case 'plan': {
      const { changes, digest } = planEnvironment(runProgram, place);
      return say(
        `\nThe plan for ${name} keeps the rules and its budget: ${JSON.stringify(changes)}; SHA-256 ${digest}.`,
      );
    }
    case 'apply':
      return writeValues(root, applyEnvironment(runProgram, place));
    case 'values':
      return writeValues(root, readOutputs(runProgram, place));
    case undefined:
    default:
      throw new Error(`there is no command ${command ?? '(none)'}: --help lists them`);
  }
}

function writeValues(root: string, printed: string): void {
  for (const { path, text } of valuesFiles(printed)) {
    const file = join(root, path);
    const isNew = !existsSync(file) || readFileSync(file, 'utf8') !== text;
    if (isNew) writeFileSync(file, text);
    say(
      isNew ? `${path} has changed: commit it, and the next release installs it.` : `${path} is as it was.`,
    );
  }
}

function stateGiven(): Place['state'] {
  const given = process.env['SUFFRAGE_STATE'];
  const read = given ? backend.safeParse(parsed(given)) : undefined;
  if (!read?.success)
    throw new Error('SUFFRAGE_STATE must say where the state is: what "tofu output -json backend" prints');
  return read.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function environmentNamed(name: string | undefined): EnvironmentName {
  const found = environmentNames.find(each => each === name);
  if (!found)
    throw new Error(`ENVIRONMENT is one of ${environmentNames.join(', ')}, not ${name ?? 'nothing'}`);
  return found;
}
