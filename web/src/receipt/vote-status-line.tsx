import { voteStatusSchema } from '@suffrage/contracts/results';
import { paths } from '../api/fetch.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import type { Sought } from '../route.ts';

const ASK_AGAIN_MILLIS = 5_000;

/** What the results service says of a vote, asked again by itself. */
export function VoteStatusLine({ electionId, voteId }: Sought) {
  const loaded = useDocument(paths.vote(electionId, voteId), voteStatusSchema, ASK_AGAIN_MILLIS);
  return (
    <p role="status" data-testid="vote-status">
      <strong>{say('check.status')}:</strong>{' '}
      {loaded.status === 'ready' ? say(`status.${loaded.value.status}`) : waitingWords(loaded.status)}{' '}
      <span className="soft">{say('check.live')}</span>
    </p>
  );
}

function waitingWords(status: 'loading' | 'unknown' | 'unreachable'): string {
  switch (status) {
    case 'loading':
      return say('check.asking');
    case 'unknown':
      return say('status.unknown');
    case 'unreachable':
      return say('check.unreachable');
  }
}
