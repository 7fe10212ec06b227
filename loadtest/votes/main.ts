import { parseArgs } from 'node:util';
import { openProgress, progressBar } from '@suffrage/stack/progress-line';
import { type VotesFile, votesFile } from './votes-file.ts';

const HELP = `make votes N=200000 MODE=secret SEED=1

Writes signed votes to a file, on all cores, unless it is there already: what sends them spends nothing on signing.
Two runs with one seed give the same bytes; the first votes of a smaller and a larger number are the same.

  N=NUMBER            votes (default 200,000)
  MODE=MODE           secret (0.5 ms of one core each) or pseudonymous (0.15 ms); default secret
  SEED=NUMBER         default 1
  VOTES_PER_VOTER=N   above 1, pseudonymous only: votes of one voter that conflict, other choices under revisions
                      1, 2, …, side by side but not in order; one for each voter is counted (default 1, at most 9)
  FROM=NUMBER         the first vote of the seed's endless row (default 0), where several generators share it out

The file: SUFFRAGE_CACHE/votes/load-MODE-SEED-N.jsonl (-from-FROM), or below out/votes where SUFFRAGE_CACHE is not
set.

  One line for each vote, all equally long (secret 538 bytes, pseudonymous 358): a JSON object, the body of
  POST /v1/elections/{electionId}/votes as it is to be sent, filled up with spaces, then a newline. Vote i begins at
  byte i x lineBytes. The fields are those of the gRPC message CastVoteRequest as well: there selections are a list of
  {contest_id, option_ids}, election_id is added, and salt, token, token_key_id, voter_reference are bytes (base64url in
  the file). 200,000 secret votes are 103 MiB.
  Beside it, with the ending .json: election, mode, seed, number, lineBytes, size and SHA-256.

The votes belong to an election of their own, load-MODE-SEED, whose token key follows from the seed, so that anybody who
knows the seed can sign: make load publishes it to the installation under test. Never let it into one that counts.
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      votes: { type: 'string', default: '200000' },
      mode: { type: 'string', default: 'secret' },
      seed: { type: 'string', default: '1' },
      'votes-per-voter': { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void say(HELP);
  const { mode } = values;
  if (mode !== 'secret' && mode !== 'pseudonymous')
    throw new Error(`MODE is secret or pseudonymous, not ${mode}`);
  const begun = performance.now();
  const progress = openProgress(process.stderr);
  const showSigning = (done: number, total: number) =>
    progress.show(progressBar('signing votes', done, total));
  const file = await votesFile({
    mode,
    seed: Number(values.seed),
    votes: Number(values.votes),
    votesPerVoter: Number(values['votes-per-voter']),
    from: Number(values.from),
    onProgress: showSigning,
  }).finally(progress.clear);
  for (const line of describe(file, performance.now() - begun)) say(line);
}

function describe({ path, manifest }: VotesFile, millis: number): string[] {
  const { votes, bytes, lineBytes, electionId, sha256 } = manifest;
  const number = (value: number) => value.toLocaleString('en-US');
  return [
    `file      ${path}`,
    `election  ${electionId}`,
    `votes     ${number(votes)}`,
    `size      ${number(bytes)} bytes, ${lineBytes} for each vote`,
    `sha256    ${sha256}`,
    `took      ${(millis / 1000).toFixed(1)} s`,
  ];
}

await main().catch((error: unknown) => {
  process.stderr.write(`votes: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
