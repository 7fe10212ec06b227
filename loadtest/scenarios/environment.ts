import { plans, type ScenarioName, scenarioNames } from './plans.ts';

/** What the runner says to k6 by environment variables; a TestRun on Kubernetes sets the same. */

const read = (name: string, fallback?: string): string => {
  const value = __ENV[name] ?? fallback;
  if (value === undefined) throw new Error(`${name} is not set: make load sets it`);
  return value;
};
const list = (name: string) => read(name).split(',');

function scenarioName(): ScenarioName {
  const text = read('SCENARIO', 'smoke');
  const name = scenarioNames.find(known => known === text);
  if (!name) throw new Error(`there is no scenario ${text}: ${scenarioNames.join(', ')}`);
  return name;
}

export const plan = plans[scenarioName()];

export const settings = {
  rate: Number(read('RATE', String(plan.defaults.rate))),
  seconds: Number(read('SECONDS', String(plan.defaults.seconds))),
};

export const transport = read('TRANSPORT', 'rest') === 'grpc' ? 'grpc' : 'rest';
export const electionId = read('ELECTION');
/** Relative to this script, or absolute. */
export const votesPath = read('VOTES_FILE');
export const lineBytes = Number(read('LINE_BYTES'));
/** Each of several generators has a file of its own; else its casts take turns in one file for all. */
export const ownFile = read('OWN_FILE', '0') === '1';
/** Addresses `http://host:port` and `host:port`; casts take turns. */
export const ingestionUrls = transport === 'rest' ? list('INGESTION_URLS') : [];
export const grpcAddresses = transport === 'grpc' ? list('GRPC_ADDRESSES') : [];
/** The directory that holds suffrage/v1/vote_service.proto. */
export const protoDirectory = read('PROTO_DIRECTORY', '../../libs/contracts/proto');
export const resultsUrls = plan.watchers ? list('RESULTS_URLS') : [];
export const watchers = Number(read('WATCHERS', '50'));
/** Of so many accepted casts the receipt of one is written out. */
export const receiptEvery = Number(read('RECEIPT_EVERY', '100'));
export const summaryPath = read('SUMMARY', 'summary.json');
/** Virtual users ready from the start: at most so many casts are under way. */
export const virtualUsers = Number(
  read('VUS', String(Math.min(4_000, Math.max(50, Math.ceil(settings.rate / 2))))),
);
export const limits = {
  p95Millis: Number(read('P95', '1000')),
  p99Millis: Number(read('P99', '2000')),
  failedShare: Number(read('FAILED', '0.001')),
};
