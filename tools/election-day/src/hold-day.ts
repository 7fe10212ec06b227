import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '@suffrage/audit/audit';
import type { AuditReport } from '@suffrage/audit/report';
import { type ResultsDocument, resultsDocumentSchema } from '@suffrage/contracts/official';
import { exportVotes } from '@suffrage/export/export-votes';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import type { Progress } from '@suffrage/stack/progress';
import { readSecret } from '@suffrage/stack/secrets';
import { type Services, startServices } from '@suffrage/stack/start-services';
import { waitFor } from '@suffrage/stack/wait-for';
import type { Check } from './check.ts';
import { checkDay } from './check-day.ts';
import { type Collector, collectorSettings, startCollector } from '@suffrage/test/collector';
import { findLinks } from './find-links.ts';
import { type DayNumbers, planDay } from './plan.ts';
import { ELECTION, keepOpen, prepare } from './prepare.ts';
import { checkPublished, publishAudit } from './publish-audit.ts';
import { type Recount, recount } from './recount.ts';
import { findElection, makeCodeAgain, seal } from './registrar.ts';
import { castAll } from './vote.ts';
import { watchLimits } from './watch-limits.ts';

export type DayOptions = DayNumbers & {
  /** Everything is kept below it: the servers' data, the journal, the export. */
  readonly dataDirectory: string;
  readonly brokers: 1 | 3;
  readonly say: (line: string) => void;
  readonly progress?: Progress;
  readonly onVotes: (votes: number) => void;
};

export type DayResult = {
  readonly checks: readonly Check[];
  readonly report: AuditReport;
  readonly results: ResultsDocument;
  readonly recount: Recount;
};

const CLOSING_MILLIS = 3_600_000;
const LATER_MILLIS = 180_000;

/**
 * Holds a secret election from the roll to the sealed results, on servers of its own: the registrar opens and closes it on
 * schedule, voters come with codes, and in the end everything is counted again and looked through. Throws only when the
 * day could not be held; what is wrong with it is in the checks.
 */
export async function holdDay(options: DayOptions): Promise<DayResult> {
  const { dataDirectory, brokers, progress } = options;
  const shown = progress ? { progress } : {};
  const collector = await startCollector();
  let infrastructure: Infrastructure | undefined;
  try {
    infrastructure = await startInfrastructure({ dataDirectory, ports: 'free', brokers, ...shown });
    const traced = collectorSettings(collector);
    const services = await startServices(infrastructure, {
      ports: 'free',
      extra: { registrar: traced, ingestion: traced, processor: traced, aggregator: traced },
      ...shown,
    });
    return await hold(options, infrastructure, services, collector);
  } finally {
    await infrastructure?.stop();
    collector.close();
  }
}

async function hold(
  options: DayOptions,
  infrastructure: Infrastructure,
  services: Services,
  collector: Collector,
): Promise<DayResult> {
  const { dataDirectory, say } = options;
  const { kafka, postgres, secrets } = infrastructure;
  const [, managerToken = ''] = readSecret(secrets.managerTokens).split(/\s+/);
  const registrar = { url: services.urls('registrar')[0] ?? '', managerToken };
  const resultsUrl = services.urls('aggregator')[0] ?? '';
  const plan = planDay(options);
  const { definition, codes } = await prepare(options, registrar, plan.roll);

  say(
    `The election is open: ${options.voting.toLocaleString('en')} of ${options.voters.toLocaleString('en')} voters come.`,
  );
  const journal = join(dataDirectory, 'receipts.ndjson');
  const stopExtending = keepOpen(registrar, say);
  const limits = watchLimits(readSecret(secrets.limitsRedisUrl));
  const cast = await castAll({
    definition,
    registrarUrl: registrar.url,
    ingestionUrls: services.urls('ingestion'),
    plan,
    numbers: options,
    codes,
    codeAgain: voter => makeCodeAgain(registrar, ELECTION, voter),
    journal,
    onProgress: options.onVotes,
  }).finally(() => {
    stopExtending();
    limits.stop();
  });

  say('All have voted. The election closes on schedule.');
  const isOfficial = async () => (await findElection(registrar, ELECTION)).official || undefined;
  await waitFor('the official closing', isOfficial, CLOSING_MILLIS);
  const results = await statement(resultsUrl, 'results/document');
  await seal(registrar, ELECTION);
  const official = [results, await statement(resultsUrl, 'zero-report'), await statement(resultsUrl, 'seal')];
  const issued = await statement(registrar.url, 'issued');

  say('The results are signed, the election is sealed. Audit and recount:');
  const databaseUrls = [postgres.votesUrl];
  const report = await audit({
    brokers: kafka.addresses,
    databaseUrls,
    namespace: '',
    journals: [journal],
    published: { from: resultsUrl, isRequired: true },
    issued: [{ from: registrar.url, isRequired: true }],
    actions: [{ from: registrar.url, isRequired: true, tokens: [managerToken] }],
    waitMillis: 30_000,
  });
  const reportFile = join(dataDirectory, 'audit.json');
  await publishAudit(reportFile, report, ELECTION, secrets);
  const audited = await statement(resultsUrl, 'results/official');
  const directory = join(dataDirectory, 'export');
  rmSync(directory, { recursive: true, force: true });
  await exportVotes({
    electionId: ELECTION,
    directory,
    brokers: kafka.addresses,
    databaseUrls,
    namespace: '',
  });
  const recounted = await recount(directory);

  say('Looking for what links voters and votes, in everything that was stored:');
  const links = await findLinks({
    infrastructure,
    logsDirectory: join(dataDirectory, 'logs'),
    definition,
    published: [definition, ...official, audited, issued],
    cast,
    limits: await limits.words,
    spans: collector.received(),
    metrics: await readMetrics(services),
  });
  const document = resultsDocumentSchema.parse(results);
  const checks = [
    await checkPublished(audited, reportFile, definition),
    ...checkDay({ numbers: options, plan, cast, report, results: document, recount: recounted }),
    ...links,
  ];
  return { checks, report, results: document, recount: recounted };
}

async function readMetrics({ places }: Services): Promise<string> {
  const texts = await Promise.all(
    places.map(async ({ ports }) => (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()),
  );
  return texts.join('\n');
}

/** What is stated of the election, as soon as it is. */
function statement(url: string, path: string): Promise<unknown> {
  const ask = async () => {
    const response = await fetch(`${url}/v1/elections/${ELECTION}/${path}`);
    return response.ok ? ((await response.json()) as unknown) : undefined;
  };
  return waitFor(path, ask, LATER_MILLIS);
}
