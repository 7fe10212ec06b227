import {
  createVoter,
  indexedDbStore,
  type Progress,
  voteProblems,
  type VoteResult,
} from '@suffrage/client/browser';
import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';

/**
 * A page that casts a vote, `page.html?election=my-election`, served by the origin that serves `/api`. A vote that was under
 * way when the page was closed or reloaded goes on by itself when it is opened again.
 */
const electionId = new URLSearchParams(location.search).get('election') ?? '';
const status = element('status');
const ballot = element('ballot');

const WORDS: Record<Progress['step'], string> = {
  offline: 'Waiting for the network. You may close this page: your vote is kept.',
  token: 'The registrar has signed your vote …',
  sent: 'Sending …',
  stored: 'Stored. Waiting until it is counted …',
  counted: 'Counted.',
};

const voter = createVoter({
  registrarUrl: '/api/registrar',
  ingestionUrl: '/api/ingestion',
  resultsUrl: '/api/results',
  store: indexedDbStore(),
  onProgress: ({ step }) => say(WORDS[step]),
});

const resumed = await voter.resume(electionId);
if (resumed) tell(resumed);
else showBallot(await readElection());

async function readElection(): Promise<ElectionDefinition> {
  const response = await fetch(`/api/registrar/v1/elections/${encodeURIComponent(electionId)}`);
  return electionDefinition.parse((await response.json()).definition);
}

/** One button for each option; a real page has more than one contest. */
function showBallot(definition: ElectionDefinition): void {
  const [contest] = definition.contests;
  if (!contest) return;
  for (const option of contest.options) {
    const button = document.createElement('button');
    button.textContent = option.title.en ?? option.id;
    button.addEventListener('click', event => {
      event.preventDefault();
      ballot.hidden = true;
      void voter.cast(definition, { [contest.id]: [option.id] }).then(tell);
    });
    ballot.append(button);
  }
  ballot.hidden = false;
  say(contest.title.en ?? contest.id);
}

function tell(result: VoteResult): void {
  say(
    result.ok
      ? `Your vote is ${result.status}. Its receipt number: ${result.voteId}`
      : voteProblems[result.code].text,
  );
}

function say(words: string): void {
  status.textContent = words;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}
