import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { voteTopicSettings } from '@suffrage/ingestion/prepare/topic-settings';
import { z } from 'zod';
import { rightsDisagreements, topicDisagreements } from './agreements.ts';
import { ARCHIVE, CASES, LEADS_TO_A_BALANCER, ONE_REGION, PRODUCTION } from './cases.ts';
import { complaints } from './complaints.ts';
import { type Change, environment, type Variables } from './run-tofu.ts';

const HELP = `node infra/plans/main.ts DIRECTORY

Plans production as docs/operate-aws.md changes it, in a copy of infra/opentofu that infra/check.sh has made, and says where a
plan changes something else. Writes into DIRECTORY, for each environment, plan.json (its first), standing.json (when all stands,
and so nothing in it is unknown) and outputs.json, and of production second.json (its second apply) and options.json (all options
on). TOFU names the program.
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
  let failed = false;
  for (const name of ['dev', 'staging']) {
    const second = firstApply(join(copy, 'environments', name), program, ONE_REGION).plan(
      'standing',
      ONE_REGION,
    );
    const changed = second.map(({ address }) => address);
    failed = !says(`${name}: a second apply changes nothing`, changed) || failed;
  }
  const production = firstApply(join(copy, 'environments/production'), program, PRODUCTION);
  let standing = PRODUCTION;
  for (const [index, expected] of CASES.entries()) {
    const variables = { ...standing, ...expected.variables };
    const plan = expected.kept ?? `case-${index}`;
    failed = !says(expected.name, complaints(expected, production.plan(plan, variables))) || failed;
    if (expected.applied) {
      production.apply(plan);
      standing = variables;
    }
  }
  failed = !agrees(production.outputs()) || failed;
  failed = !refusesDestroying(production, standing) || failed;
  failed = !leavesTheArchive(production, { ...standing, keep_votes: false }) || failed;
  if (failed) process.exitCode = 1;
}

/** Whether nothing is wrong with it. */
function says(what: string, wrong: readonly string[]): boolean {
  say(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${what}`);
  for (const line of wrong) say(`       ${line}`);
  return wrong.length === 0;
}

function agrees(outputs: string): boolean {
  const { statements, broker_settings: brokers } = agreed.parse(JSON.parse(outputs));
  const rights = rightsDisagreements(statements.value);
  const topics = topicDisagreements(brokers.value, voteTopicSettings(3));
  return [
    says('each service may call what its code calls, and nothing else', rights),
    says("brokers are as strict as the suite's topics", topics),
  ].every(Boolean);
}

function firstApply(path: string, program: string, variables: Variables) {
  const tofu = environment(path, program);
  const changes = tofu.plan('plan', variables);
  const others = changes.filter(({ actions }) => actions.join() !== 'create');
  if (changes.length === 0 || others.length > 0) throw new Error(`${path}: a first plan only creates`);
  const early = changes.filter(({ type }) => LEADS_TO_A_BALANCER.test(type)).map(({ address }) => address);
  if (early.length > 0)
    throw new Error(`${path}: nothing is there yet that ${early.join(', ')} could lead to`);
  tofu.apply('plan');
  writeFileSync(join(path, 'outputs.json'), tofu.outputs());
  say(`ok   ${path.split('/').at(-1)}: a first apply creates ${changes.length} resources`);
  return tofu;
}

type Environment = ReturnType<typeof environment>;

function refusesDestroying(production: Environment, variables: Variables): boolean {
  const name = 'destroying production is refused';
  try {
    production.plan('refused', variables, '-destroy');
  } catch (error) {
    return says(name, /prevent_destroy/.test(String(error)) ? [] : [String(error)]);
  }
  return says(name, ['a plan was made']);
}

/** The way back to an empty account, as docs/operate-aws.md has it. */
function leavesTheArchive(production: Environment, variables: Variables): boolean {
  const others = (changes: readonly Change[], action: string) =>
    changes.filter(({ actions }) => actions.join() !== action).map(({ address }) => address);
  const lifted = others(production.plan('lifted', variables), 'update');
  production.apply('lifted');
  production.forget(ARCHIVE);
  const destroyed = production.plan('destroyed', variables, '-destroy');
  const archived = destroyed
    .map(({ address }) => address)
    .filter(address => ARCHIVE.some(kept => address.startsWith(kept)));
  production.apply('destroyed');
  const left = production.plan('destroyed', variables, '-destroy').map(({ address }) => address);
  return [
    says('without keep_votes protections are lifted, and nothing else changes', lifted),
    says('then all is destroyed but the archive, its key and its copy', [
      ...others(destroyed, 'delete'),
      ...archived,
      ...left,
    ]),
  ].every(Boolean);
}
