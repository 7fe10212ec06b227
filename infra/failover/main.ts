import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs, promisify } from 'node:util';
import { apiGroups, FLUX_RELEASE, kubectl, type Side } from './commands.ts';
import { readSides } from './read-sides.ts';
import { type Command, runSteps } from './run-steps.ts';
import { failoverSteps, type Plan } from './steps.ts';

const HELP = `Moves the elections of an environment from one region to the other (docs/operate-aws.md), step by step. Prints each command
that it runs (aws, helm, kubectl), asks before those that can't be taken back, stops at the first step that does not come to hold,
and goes on from there when the same command is given again.

  node infra/failover/main.ts --outputs FILE --from eu-west-1 --to eu-central-1

  --outputs FILE     what tofu output -json says of the environment
  --planned          both regions are sound: waits until all is copied, and loses nothing
  --return           planned, back to a region that was begun anew: asks first whether it was
  --lost             --from is taken for lost although its cluster answers
  --results URL --election ID --published N
                     in the end, asks there for the votes of that election, to be held against the number last seen
  --replicator NAME  what copies the log to --to (default: that of the outputs)
  --dry-run          only looks, and prints what it would do
  --yes              asks nothing
  --poll SECONDS     between two looks (default 15)

Exit status 1 when a step does not come to hold or is declined.
`;

const FRESH =
  'Are all elections sealed and archived, are votes databases and topics there empty, and is the log copied there?';

const OPTIONS = {
  outputs: { type: 'string', default: '' },
  from: { type: 'string', default: '' },
  to: { type: 'string', default: '' },
  planned: { type: 'boolean', default: false },
  return: { type: 'boolean', default: false },
  lost: { type: 'boolean', default: false },
  results: { type: 'string' },
  election: { type: 'string' },
  published: { type: 'string' },
  replicator: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  poll: { type: 'string', default: '15' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function runProgram([program, ...args]: Command): Promise<string> {
  return (await promisify(execFile)(program, args, { maxBuffer: 1 << 26 })).stdout.trim();
}

const answers = (side: Side) =>
  runProgram(kubectl(side, 'get', '--raw=/readyz')).then(
    () => true,
    () => false,
  );

/** Where Flux is known, whether or not it brings the suite. */
async function followsGit(side: Side): Promise<boolean> {
  const [kind] = FLUX_RELEASE;
  const group = kind.slice(kind.indexOf('.') + 1);
  return (await runProgram(apiGroups(side))).includes(`"${group}"`);
}

type Values = ReturnType<typeof readArguments>;

function readArguments() {
  const { values } = parseArgs({ options: OPTIONS });
  const { results, election, published, poll, lost, planned } = values;
  const given = [results, election, published].filter(value => value !== undefined).length;
  if (given % 3 !== 0) throw new Error('--results, --election and --published belong together');
  if (!(Number(published ?? 0) >= 0)) throw new Error('--published must be a number of votes');
  if (!(Number(poll) > 0)) throw new Error('--poll must be a number of seconds');
  if (lost && (planned || values.return)) throw new Error('--lost: what is planned needs both regions');
  return values;
}

/** @throws Error with the remedy where nothing can be done yet. */
async function planOf({ results, election, published, lost, ...values }: Values): Promise<Plan> {
  const { from, to, ...shared } = readSides(readFileSync(values.outputs, 'utf8'), values.from, values.to);
  const planned = values.planned || values.return;
  const fromAnswers = !lost && (await answers(from));
  for (const { region, cluster } of [
    ...((await answers(to)) ? [] : [to]),
    ...(planned && !fromAnswers ? [from] : []),
  ])
    throw new Error(
      `${cluster} does not answer; try aws eks update-kubeconfig --region ${region} --name ${cluster} --alias ${cluster}`,
    );
  const wanted = { results, election, votes: Number(published) };
  const reached = fromAnswers ? [from, to] : [to];
  const follow = await Promise.all(reached.map(followsGit));
  return {
    ...shared,
    from,
    to,
    planned,
    fromAnswers,
    followsGit: reached.filter((_, index) => follow[index]),
    replicator: values.replicator ?? shared.replicator,
    ...(results && election ? { published: { ...wanted, results, election } } : {}),
    auditJob: `failover-audit-${Date.now()}`,
  };
}

/** Asks on the terminal; whoever has gone away has not agreed. */
async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const gone = new Promise<string>(resolve => lines.once('close', () => resolve('')));
  try {
    return /^y(es)?$/i.test(await Promise.race([lines.question(`    ${question} (y/N) `), gone]));
  } finally {
    lines.close();
  }
}

async function run(values: Values): Promise<boolean> {
  const { yes, 'dry-run': dryRun, poll } = values;
  const plan = await planOf(values);
  const surroundings = {
    say,
    run: runProgram,
    confirm: yes ? () => Promise.resolve(true) : confirm,
    dryRun,
    pollMillis: Number(poll) * 1000,
  };
  if (values.return && !dryRun && !(await surroundings.confirm(FRESH))) return false;
  if (!(await runSteps(failoverSteps(plan), surroundings))) return false;
  if (dryRun) return true;
  say(
    `\n${plan.to.region} holds the elections. Write replicate = false and the dials into environment.tfvars.`,
  );
  say(gitNext(plan));
  if (!plan.fromAnswers) say(`${plan.from.region} is not fenced: run this again once its cluster answers.`);
  return true;
}

/** What has to stand in git before anything follows it again. */
function gitNext({ from, to }: Plan): string {
  const file = ({ cluster }: Side) => `gitops/environments/${cluster.replace(/^suffrage-/, '')}.yaml`;
  return [
    `Where clusters follow git, commit "standby: true" to ${file(from)} and "standby: false" to ${file(to)}`,
    'before anybody resumes Flux or lets Argo CD sync: until then git still says the opposite. Then, in each cluster:',
    '    flux resume kustomization suffrage-apps && flux resume helmrelease suffrage --namespace apps',
  ].join('\n');
}

try {
  const values = readArguments();
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = (await run(values)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`failover: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
