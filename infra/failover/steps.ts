import {
  auditStatus,
  aws,
  dial,
  FLUX_APPS,
  FLUX_RELEASE,
  type FluxResource,
  givenValues,
  isSuspended,
  newest,
  setDial,
  setStandby,
  type Side,
  startAudit,
  suspend,
  workingPods,
} from './commands.ts';
import type { Step } from './run-steps.ts';

export type Plan = {
  readonly from: Side;
  readonly to: Side;
  /** Both regions are sound: nothing may be lost. */
  readonly planned: boolean;
  /** The cluster of `from` does what it is told. */
  readonly fromAnswers: boolean;
  /** Those whose cluster answers and follows git by Flux. */
  readonly followsGit: readonly Side[];
  readonly globalRegistrar: string;
  /** Name of what copies the log to `to`. */
  readonly replicator: string;
  /** Where results are shown, and what was last seen there. */
  readonly published?: { readonly results: string; readonly election: string; readonly votes: number };
  /** The job that audits `to`. */
  readonly auditJob: string;
};

const HOUR = 3_600_000;
/** In a planned change; the alarms `replication-latency` and `global-lag` ring at the same. */
const LATENCY_MILLIS = 60_000;
const LAG_MILLIS = 5_000;

/** The way from one region to the other, in order (docs/operate-aws.md). */
export function failoverSteps(plan: Plan): Step[] {
  return [
    ...copiesAreFresh(plan),
    ...plan.followsGit.flatMap(gitWaits),
    ...fence(plan),
    ...(plan.planned ? [allIsCopied(plan)] : []),
    endOfCopy(plan),
    promote(plan),
    serve(plan),
    allIsCounted(plan),
    auditBalances(plan),
    ...turn(plan),
    ...votesAreThere(plan),
  ];
}

const isZero = (shown: string) => shown !== '' && Number(shown) === 0;

/** How far the second region is behind: a loss leaves no more than that behind. */
function copiesAreFresh({ to, planned, replicator }: Plan): Step[] {
  const bounded = (
    name: string,
    limit: number,
    metric: Parameters<typeof newest>[1],
    dimensions: Parameters<typeof newest>[2],
  ): Step => ({
    name,
    what: planned ? `is at most ${limit} ms behind` : 'how many milliseconds it was behind at the last',
    look: () => newest(to.region, metric, dimensions, Date.now() - HOUR),
    holds: shown => !planned || (shown !== '' && Number(shown) <= limit),
    minutes: 0,
    remedy: 'A planned change waits until both regions are sound.',
  });
  const cluster = to.registrarArn.split(':').at(-1) ?? '';
  return [
    bounded('copy of the log', LATENCY_MILLIS, ['AWS/Kafka', 'ReplicationLatency'], {
      ReplicatorName: replicator,
    }),
    bounded('copy of the registrar', LAG_MILLIS, ['AWS/RDS', 'AuroraGlobalDBReplicationLag'], {
      DBClusterIdentifier: cluster,
    }),
  ];
}

const isStandby = (values: string) => /"standby":\s*true/.test(values);

/**
 * Git still says which region stands by. Flux would bring that back within minutes, and the first region would take votes again.
 * What brings the release comes first: it would bring it back unsuspended.
 */
function gitWaits(side: Side): Step[] {
  const waits = (name: string, resource: FluxResource): Step => ({
    name,
    what: `Flux leaves ${side.cluster} as this program sets it`,
    look: () => isSuspended(side, resource),
    holds: shown => shown === '' || shown.endsWith('/true'),
    commands: () => [suspend(side, resource)],
    minutes: 1,
    remedy: `Suspend it by hand (flux suspend) in ${side.cluster}, then run the same command again.`,
  });
  return [waits('git', FLUX_APPS), waits('git, release', FLUX_RELEASE)];
}

/** Two regions that take votes at once are two elections. */
function fence({ from, fromAnswers }: Plan): Step[] {
  if (!fromAnswers)
    return [
      {
        name: 'fence',
        what: `nobody is sent to ${from.region}`,
        look: () => dial(from),
        holds: isZero,
        commands: () => [setDial(from, 0)],
        question: `${from.cluster} does not answer. Is ${from.region} lost, and shall nobody be sent there any more?`,
        minutes: 5,
        remedy: 'Look at the accelerator in the console, then run the same command again.',
      },
    ];
  return [
    {
      name: 'fence',
      what: `the chart in ${from.region} is a standby`,
      look: () => givenValues(from),
      holds: isStandby,
      // Its stores may be gone: what would prepare them is left out.
      commands: () => [setStandby(from, true, '--no-hooks')],
      question: `Shall ${from.region} stop taking votes now?`,
      minutes: 1,
      remedy: `Look at ${from.cluster}; where it answers but can't be changed, run this with --lost.`,
    },
    {
      name: 'fenced',
      what: `no pod in ${from.region} takes, issues or counts`,
      look: () => workingPods(from),
      holds: shown => shown === '',
      minutes: 5,
      remedy: `Look at these pods of ${from.cluster}, then run the same command again.`,
    },
  ];
}

/** A value that was measured after this step began. */
function measuredFromNow(look: (from: number) => ReturnType<Step['look']>): Step['look'] {
  let from: number | undefined;
  return () => look((from ??= Date.now()));
}

function allIsCopied({ to, replicator }: Plan): Step {
  return {
    name: 'copied',
    what: `all messages are in ${to.region}`,
    look: measuredFromNow(from =>
      newest(to.region, ['AWS/Kafka', 'MessageLag'], { ReplicatorName: replicator }, from),
    ),
    holds: isZero,
    minutes: 15,
    remedy: 'Look at the replicator. Nothing is lost: with standby=false the chart serves where it did.',
  };
}

/** What comes back of a lost region must not be appended among new votes. */
function endOfCopy({ to, replicator }: Plan): Step {
  return {
    name: 'end of the copy',
    what: `nothing is copied to ${to.region} any more`,
    look: () =>
      aws(
        to.region,
        'kafka',
        'list-replicators',
        '--replicator-name-filter',
        replicator,
        '--query',
        `Replicators[?ReplicatorName=='${replicator}'].ReplicatorArn`,
      ),
    holds: shown => shown === '',
    commands: arn => [aws(to.region, 'kafka', 'delete-replicator', '--replicator-arn', arn)],
    question: 'Shall the copy end? What was not copied stays where it is, until clients send it again.',
    minutes: 30,
    remedy: 'Look at the replicator in the console; when it is gone, run the same command again.',
  };
}

function promote({ to, planned, globalRegistrar }: Plan): Step {
  const which = ['--global-cluster-identifier', globalRegistrar];
  const target = ['--target-db-cluster-identifier', to.registrarArn];
  return {
    name: 'registrar',
    what: `its database is written to in ${to.region}`,
    look: () =>
      aws(
        to.region,
        'rds',
        'describe-global-clusters',
        ...which,
        '--query',
        "GlobalClusters[?Status=='available'].GlobalClusterMembers[] | [?IsWriter].DBClusterArn",
      ),
    holds: shown => shown === to.registrarArn,
    commands: () => [
      planned
        ? aws(to.region, 'rds', 'switchover-global-cluster', ...which, ...target)
        : aws(to.region, 'rds', 'failover-global-cluster', ...which, ...target, '--allow-data-loss'),
    ],
    question: planned
      ? "Shall the registrar's database be switched over?"
      : "Shall the registrar's database be promoted? What was not copied of it is forgotten.",
    minutes: 30,
    remedy: 'Look at the global database in the console; when it is available, run the same command again.',
  };
}

/** The chart's hooks give the copied topics the settings of a log first: ingestion refuses to start on others. */
function serve({ to }: Plan): Step {
  return {
    name: 'services',
    what: `the suite runs in ${to.region} and counts the log from its beginning`,
    look: () => givenValues(to),
    holds: values => !isStandby(values),
    commands: () => [setStandby(to, false)],
    minutes: 1,
    remedy: `Look at the pods of ${to.cluster}, then run the same command again.`,
  };
}

function allIsCounted({ to }: Plan): Step {
  const dimensions = { 'Cluster Name': to.kafka, 'Consumer Group': 'votes-processor', Topic: 'votes' };
  return {
    name: 'counted',
    what: 'the processors have no lag',
    look: measuredFromNow(from => newest(to.region, ['AWS/Kafka', 'SumOffsetLag'], dimensions, from)),
    holds: isZero,
    minutes: 120,
    remedy: `Look at the processors of ${to.cluster}. No voter has been sent there yet.`,
  };
}

function auditBalances({ to, auditJob }: Plan): Step {
  return {
    name: 'audit',
    what: `log and databases of ${to.region} balance`,
    look: () => auditStatus(to, auditJob),
    holds: shown => {
      if (/\/[1-9]/.test(shown))
        throw new Error(
          `the audit does not balance, and no voter has been sent to ${to.region}: kubectl --context ${to.cluster} logs job/${auditJob}`,
        );
      return /^[1-9]/.test(shown);
    },
    commands: () => [startAudit(to, auditJob)],
    minutes: 120,
    remedy: `Look at job ${auditJob} of ${to.cluster}. No voter has been sent there yet.`,
  };
}

function turn({ from, to }: Plan): Step[] {
  const remedy = 'Look at the accelerator in the console, then run the same command again.';
  const set = (side: Side, percent: number) => ({
    what: `${percent} % of the voters are sent to ${side.region}`,
    look: () => dial(side),
    holds: (shown: string) => shown !== '' && Number(shown) === percent,
    commands: () => [setDial(side, percent)],
    minutes: 5,
    remedy,
  });
  return [
    { name: 'turn', ...set(to, 100), question: `Shall voters be sent to ${to.region} from now on?` },
    { name: 'turn away', ...set(from, 0) },
  ];
}

function votesAreThere({ published, planned }: Plan): Step[] {
  if (!published) return [];
  const { results, election, votes } = published;
  const url = `${results}/v1/elections/${election}/results`;
  const countedOf = (shown: string) => Number(/"counted":\s*(\d+)/.exec(shown)?.[1]);
  return [
    {
      name: 'votes',
      what: planned
        ? `at least the ${votes} votes that were published`
        : `${votes} were published; what is missing is what clients have yet to send again`,
      look: () => ['curl', '--silent', '--show-error', '--fail', '--retry', '20', '--retry-all-errors', url],
      holds: shown => countedOf(shown) >= (planned ? votes : 0),
      minutes: 10,
      remedy: `Look at the aggregator behind ${results}, and at the audit.`,
    },
  ];
}
