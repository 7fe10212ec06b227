import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { voteId } from '@suffrage/contracts/vote-id';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** Brought by `tools/setup/setup.sh python`. */
const PYTHON = pathOf('../../.tools/bin/python-grpc');
const CLIENT = pathOf('grpc_client.py');
const PROTOS = pathOf('../../libs/contracts/proto');

let bed: Testbed;
let made: TestElection;
let grpcAddress: string;

beforeAll(async () => {
  bed = await openTestbed();
  made = await bed.publishElection();
  const ingestion = await bed.ingestion();
  await until('ingestion is ready', async () => (await fetch(`${ingestion.url}/health/ready`)).ok);
  grpcAddress = ingestion.grpcAddress;
}, 60_000);

afterAll(() => bed?.close(), 60_000);

/** A vote in protobuf's JSON form, and its vote ID as hex. */
function newVote(change: object = {}) {
  const { salt, token, tokenKeyId, selections } = signedVote(made);
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const message = {
    electionId: made.election.definition.id,
    selections: [{ contestId: 'mayor', optionIds: ['mayor-1'] }],
    salt: base64(salt.reveal()),
    token: base64(token.reveal()),
    tokenKeyId: base64(tokenKeyId),
    ...change,
  };
  const id = voteId(made.election.ballotHash, salt.reveal(), selections.reveal());
  return { message, accepted: `accepted ${Buffer.from(id).toString('hex')}` };
}

type Answers = {
  readonly alone: readonly string[];
  readonly many: readonly string[];
  readonly stream: readonly string[];
  readonly reflection: { readonly services: readonly string[]; readonly results: readonly string[] };
};

function runClient(input: object): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const child = execFile(PYTHON, [CLIENT], { timeout: 90_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end(JSON.stringify(input));
  });
}

test('Python’s gRPC, with code generated from the protocol files, casts alone, many in one call and in a stream', async () => {
  const good = Array.from({ length: 20 }, () => newVote());
  const bad = [
    { ...newVote({ token: randomBytes(256).toString('base64') }), accepted: '7 token-invalid token' },
    { ...newVote({ electionId: 'nowhere' }), accepted: '5 election-unknown ' },
    { ...newVote({ salt: 'AAAA' }), accepted: '3 salt-length salt' },
  ];
  const votes = [...good.slice(0, 10), ...bad, ...good.slice(10)];
  const expected = votes.map(({ accepted }) => accepted);
  const answers = await runClient({
    protos: PROTOS,
    ingestion: grpcAddress,
    votes: votes.map(({ message }) => message),
  });
  expect(answers.alone).toEqual(expected);
  expect(answers.many).toEqual(expected);
  expect(answers.stream).toEqual(expected);
  expect(answers.reflection.results).toEqual(expected);
  expect(answers.reflection.services).toContain('suffrage.v1.VoteService');
  const salts = new Set(
    (await readLog(bed.kafka, bed.topics.votes)).map(({ vote }) => vote?.salt.reveal().join()),
  );
  expect(salts.size).toBe(good.length);
}, 120_000);
