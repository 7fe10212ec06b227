import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { voteTopicSettings } from '@suffrage/ingestion/prepare/topic-settings';
import { z } from 'zod';
import { rightsDisagreements, topicDisagreements } from './agreements.ts';
import { ACCOUNT, CASES, complaints } from './cases.ts';
import { environment, type Variables } from './run-tofu.ts';

const HELP = `node infra/plans/main.ts DIRECTORY

Plans production as docs/operate-aws.md changes it, in a copy of infra/opentofu that infra/check.sh has made, and says where a
plan changes something else. Writes plan.json and outputs.json of each environment into DIRECTORY, and second.json,
the plan of production's second apply. TOFU names the program.
`;

const agreed = z.object({
  statements: z.object({
    value: z.record(
      z.string(),
      z.array(z.object({ actions: z.array(z.string()), resources: z.array(z.string().nullable()) })),
    ),
  }),
  broker_settings: z.object({ value: z.record(z.string(), z.string()) }),
});

const [directory] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);
if (directory === undefined || directory === '--help') say(HELP);
else main(directory);

function main(copy: string): void {
  const program = process.env['TOFU'] ?? 'tofu';
  for (const name of ['dev', 'staging']) firstApply(join(copy, 'environments', name), program);
  const production = firstApply(join(copy, 'environments/production'), program);
  let standing: Variables = ACCOUNT;
  let failed = false;
  for (const [index, expected] of CASES.entries()) {
    const variables = { ...standing, ...expected.variables };
    const plan = expected.applied ? 'second' : `case-${index}`;
    const wrong = complaints(expected, production.plan(plan, variables));
    say(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${expected.name}`);
    for (const line of wrong) say(`       ${line}`);
    failed ||= wrong.length > 0;
    if (expected.applied) {
      production.apply(plan);
      standing = variables;
    }
  }
  failed = !agrees(production.outputs()) || failed;
  failed = !refusesDestroying(production, standing) || failed;
  if (failed) process.exitCode = 1;
}

function agrees(outputs: string): boolean {
  const { statements, broker_settings: brokers } = agreed.parse(JSON.parse(outputs));
  const rights = rightsDisagreements(statements.value);
  const topics = topicDisagreements(brokers.value, voteTopicSettings(3));
  say(`${rights.length === 0 ? 'ok  ' : 'FAIL'} each service may call what its code calls, and nothing else`);
  say(`${topics.length === 0 ? 'ok  ' : 'FAIL'} brokers are as strict as the suite's topics`);
  for (const line of [...rights, ...topics]) say(`       ${line}`);
  return rights.length + topics.length === 0;
}

function firstApply(path: string, program: string) {
  const tofu = environment(path, program);
  const changes = tofu.plan('plan', ACCOUNT);
  const others = changes.filter(({ actions }) => actions.join() !== 'create');
  if (changes.length === 0 || others.length > 0) throw new Error(`${path}: a first plan only creates`);
  tofu.apply('plan');
  writeFileSync(join(path, 'outputs.json'), tofu.outputs());
  say(`ok   ${path.split('/').at(-1)}: a first apply creates ${changes.length} resources`);
  return tofu;
}

function refusesDestroying(production: ReturnType<typeof environment>, variables: Variables): boolean {
  try {
    production.plan('destroy', variables, '-destroy');
  } catch (error) {
    const refused = /prevent_destroy/.test(String(error));
    say(`${refused ? 'ok  ' : 'FAIL'} destroying production is refused`);
    if (!refused) say(String(error));
    return refused;
  }
  say('FAIL destroying production is refused');
  return false;
}
