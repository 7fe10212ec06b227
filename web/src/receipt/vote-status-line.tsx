import { voteStatus } from '@suffrage/client/vote-status';
import type { VoteStatus } from '@suffrage/contracts/results';
import { useQuery } from '@tanstack/react-query';
import { say } from '../language/say.ts';
import type { Sought } from '../route.ts';

const ASK_AGAIN_MILLIS = 3_000;
/** Nothing follows but a later vote of the same voter. */
const SETTLED_ASK_AGAIN_MILLIS = 30_000;

/** What the results service says of a vote, asked again by itself. */
export function VoteStatusLine({ electionId, voteId }: Sought) {
  const { data, isError } = useQuery<VoteStatus>({
    queryKey: ['vote', electionId, voteId],
    queryFn: async ({ signal }) => {
      const answer = await voteStatus('/api/results', electionId, voteId, { signal });
      if (!answer.ok) throw new Error(answer.code);
      return answer.value;
    },
    refetchInterval: ({ state }) =>
      state.data?.status === 'counted' ? SETTLED_ASK_AGAIN_MILLIS : ASK_AGAIN_MILLIS,
    // Left behind when the view is: a vote ID is nothing to keep.
    gcTime: 0,
  });
  return (
    <p role="status" data-testid="vote-status">
      <strong>{say('check.status')}:</strong> {statusWords(data, isError)}{' '}
      <span className="soft">{say('check.live')}</span>
    </p>
  );
}

function statusWords(status: VoteStatus | undefined, isError: boolean): string {
  if (isError) return say('check.unreachable');
  return status === undefined ? say('check.asking') : say(`status.${status.status}`);
}
