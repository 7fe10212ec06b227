/** `@suffrage/client` in browsers. */
export { indexedDbStore } from './indexeddb-store.browser.ts';
export { type Proof } from './request-token.ts';
export { type Remedy, type VoteProblem, type VoteProblemCode, voteProblems } from './vote-problem.ts';
export { type VoteStore } from './vote-store.ts';
export {
  type CallOptions,
  createVoter,
  type UnfinishedVote,
  type Voter,
  type VoteResult,
  type VoterOptions,
} from './voter.ts';
export { type Budget, type Progress } from './voter-run.ts';
