import { createVoter, fileStore, voteProblems } from '@suffrage/client/node';
import { electionDefinition } from '@suffrage/contracts/election';

/**
 * Casts a vote and waits until it is counted. Run again after a crash, a lost network or Ctrl+C, it goes on with the same
 * vote. On the local stack: `node libs/client/examples/cast-from-node.ts http://127.0.0.1:8088/api my-election mayor=ada`
 */
const USAGE = `usage: cast-from-node.ts ADDRESS ELECTION [CONTEST=OPTION[,OPTION]] ...

  ADDRESS    of the services, such as http://127.0.0.1:8088/api
  ELECTION   its id

environment
  VOTES      directory that keeps votes until they are counted (default ./votes)
  CODE       the voter's one-time code, where the election asks for one
  VOTER      who votes, in pseudonymous elections that are open to everybody
`;

const [address = '--help', electionId = '', ...marks] = process.argv.slice(2);
if (address === '--help' || electionId === '') {
  process.stdout.write(USAGE);
  process.exit(address === '--help' ? 0 : 2);
}
const { VOTES = 'votes', CODE, VOTER } = process.env;

const voter = createVoter({
  registrarUrl: `${address}/registrar`,
  ingestionUrl: `${address}/ingestion`,
  resultsUrl: `${address}/results`,
  store: fileStore(VOTES),
  onProgress: ({ step }) => process.stdout.write(`${step}\n`),
});

const result = (await voter.resume(electionId, proof())) ?? (await cast());
if (result.ok) {
  process.stdout.write(`Vote ${result.voteId} is ${result.status}.\n`);
} else {
  const why = result.refusal ? ` (${result.refusal.code})` : '';
  process.stderr.write(`${voteProblems[result.code].text}${why}\n`);
  if (result.can === 'resume' || result.can === 'wait') process.stderr.write('Run this again to go on.\n');
  if (result.can === 'prove-again') process.stderr.write('Run this again with another CODE.\n');
  process.exitCode = 1;
}

async function cast() {
  const response = await fetch(`${address}/registrar/v1/elections/${electionId}`);
  if (!response.ok) throw new Error(`the registrar answers ${response.status}: is ${electionId} published?`);
  const definition = electionDefinition.parse((await response.json()).definition);
  const marked = marks.map(mark => {
    const [contest = '', options = ''] = mark.split('=');
    return [contest, options.split(',').filter(Boolean)] as const;
  });
  return voter.cast(definition, Object.fromEntries(marked), proof());
}

function proof() {
  if (CODE !== undefined) return { code: CODE };
  return VOTER === undefined ? undefined : { voter: VOTER };
}
