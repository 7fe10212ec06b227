import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { audit } from '@suffrage/audit/audit';
import type { AuditReport } from '@suffrage/audit/report';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { arrivals, plans, type ScenarioName, touched } from '../scenarios/plans.ts';
import { type VotesFile, votesFile } from '../votes/votes-file.ts';
import type { Installation } from './installation.ts';
import { type Check, judgeLoad } from './judge-load.ts';
import { openElection } from './open-election.ts';
import { type K6Files, type K6Result, runK6 } from './run-k6.ts';

/** A generator holds the file in memory. */
const LARGEST_FILE_BYTES = 2 ** 30;
const SETTLE_MILLIS = 120_000;
const ALL_RECEIPTS_UP_TO = 5_000;

export type LoadOptions = {
  readonly scenario: ScenarioName;
  readonly transport: 'rest' | 'grpc';
  readonly mode: 'secret' | 'pseudonymous';
  readonly seed: number;
  /** Casts per second at the highest; default the scenario's. */
  readonly rate?: number | undefined;
  readonly seconds?: number | undefined;
  readonly watchers?: number;
  /** Further settings of `scenarios/environment.ts`, by their names there. */
  readonly further?: Readonly<Record<string, string>>;
  /** Where report, journal and summary are written. */
  readonly directory: string;
  readonly start: () => Promise<Installation>;
  readonly say: (line: string) => void;
  readonly onSigning?: (done: number, total: number) => void;
};

export type LoadResult = {
  readonly date: string;
  readonly scenario: ScenarioName;
  readonly transport: 'rest' | 'grpc';
  readonly mode: 'secret' | 'pseudonymous';
  readonly electionId: string;
  readonly rate: number;
  readonly seconds: number;
  readonly cores: number;
  readonly k6: K6Result;
  /** CPU microseconds of the generator for each cast. */
  readonly generatorMicrosPerCast: number;
  readonly audit: Pick<AuditReport, 'balances' | 'totals' | 'votes' | 'receipts' | 'findings' | 'seconds'>;
  readonly checks: readonly Check[];
  readonly ok: boolean;
  readonly report: string;
};

/**
 * One scenario, whole: votes, installation, election, k6, the settling, the audit, the judgement. The installation is
 * stopped however it ends.
 * @throws Error when it could not be run; what did not hold is in the result.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { scenario, say, directory } = options;
  const votes = await votesOf(options);
  say('starting …');
  const installation = await options.start();
  try {
    await openElection(installation, votes);
    mkdirSync(directory, { recursive: true });
    const files = filesIn(resolve(directory));
    say(`k6: ${scenario}, ${options.transport}, election ${votes.load.id} …`);
    const script = plans[scenario].watchers ? 'watched-votes.ts' : 'votes.ts';
    const k6 = await runK6(script, k6Settings(options, installation, votes), files);
    say('waiting for the count, then auditing …');
    const { stack } = installation;
    const report = await audit({
      brokers: stack.brokers,
      databaseUrls: stack.databaseUrls,
      namespace: '',
      waitMillis: SETTLE_MILLIS,
      journals: [files.journal],
    });
    return result(options, votes, { k6, report, reportFile: files.report });
  } finally {
    await installation.stop();
  }
}

function result(
  options: LoadOptions,
  { load }: VotesFile,
  {
    k6,
    report,
    reportFile,
  }: { readonly k6: K6Result; readonly report: AuditReport; readonly reportFile: string },
): LoadResult {
  const { scenario, transport, mode } = options;
  const checks = judgeLoad(plans[scenario], load.id, k6, report);
  const { balances, totals, votes, receipts, findings, seconds } = report;
  return {
    date: new Date().toISOString(),
    scenario,
    transport,
    mode,
    electionId: load.id,
    ...settingsOf(options),
    cores: availableParallelism(),
    k6,
    generatorMicrosPerCast: Math.round((k6.cpuSeconds * 1e6) / Math.max(1, k6.casts)),
    audit: { balances, totals, votes, receipts, findings, seconds },
    checks,
    ok: checks.every(({ ok }) => ok),
    report: reportFile,
  };
}

function settingsOf({ scenario, rate, seconds }: VotesNeed) {
  const { defaults } = plans[scenario];
  return { rate: rate ?? defaults.rate, seconds: seconds ?? defaults.seconds };
}

/** Opens the election of a scenario's votes, for another generator than k6. */
export async function openOnly(
  options: VotesNeed,
  start: () => Promise<Installation>,
): Promise<{ readonly votes: VotesFile; readonly installation: Installation }> {
  const votes = await votesOf(options);
  const installation = await start();
  await openElection(installation, votes);
  return { votes, installation };
}

type VotesNeed = Pick<LoadOptions, 'scenario' | 'mode' | 'seed' | 'rate' | 'seconds' | 'onSigning'>;

async function votesOf(options: VotesNeed): Promise<VotesFile> {
  const plan = plans[options.scenario];
  const { mode, seed, onSigning } = options;
  if (plan.votesPerVoter > 1 && mode === 'secret')
    throw new Error(`${options.scenario} needs MODE=pseudonymous: nobody knows whose a secret vote is`);
  // A stage's last arrival may come a moment early.
  const { votes } = touched(arrivals(plan.stages(settingsOf(options))) + 10, plan);
  const file = await votesFile({
    mode,
    seed,
    votes,
    votesPerVoter: plan.votesPerVoter,
    ...(onSigning ? { onProgress: onSigning } : {}),
  });
  if (file.manifest.bytes > LARGEST_FILE_BYTES)
    throw new Error(
      `${votes.toLocaleString('en-US')} votes are more than the 1 GiB that one generator holds: lower RATE or DURATION, or use several generators (docs/loadtest.md)`,
    );
  return file;
}

function k6Settings(options: LoadOptions, { stack }: Installation, { path, manifest, load }: VotesFile) {
  const { rate, seconds } = settingsOf(options);
  const few = manifest.votes <= ALL_RECEIPTS_UP_TO;
  return {
    SCENARIO: options.scenario,
    RATE: String(rate),
    SECONDS: String(seconds),
    TRANSPORT: options.transport,
    ELECTION: load.id,
    VOTES_FILE: path,
    LINE_BYTES: String(manifest.lineBytes),
    INGESTION_URLS: stack.ingestionUrls.join(','),
    GRPC_ADDRESSES: stack.grpcAddresses.join(','),
    RESULTS_URLS: stack.resultsUrls.join(','),
    PROTO_DIRECTORY: join(repositoryDirectory, 'libs/contracts/proto'),
    RECEIPT_EVERY: few ? '1' : '100',
    ...(options.watchers === undefined ? {} : { WATCHERS: String(options.watchers) }),
    ...options.further,
  };
}

/** Emptied of what an earlier run left. */
function filesIn(directory: string): K6Files {
  const files = {
    summary: join(directory, 'load-k6.json'),
    journal: join(directory, 'load-journal.jsonl'),
    report: join(directory, 'load.html'),
  };
  for (const file of Object.values(files)) rmSync(file, { force: true });
  return files;
}
