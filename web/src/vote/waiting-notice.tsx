import type { UnfinishedVote } from '@suffrage/client/browser';
import { useEffect, useState } from 'react';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Link } from '../views/shell.tsx';
import { deviceVoter } from './device-voter.ts';

/** A vote that was left on its way is not forgotten: the list says so, and leads back to it. */
export function WaitingNotice() {
  const [waiting, setWaiting] = useState<readonly UnfinishedVote[]>([]);
  useEffect(() => {
    let isLeft = false;
    void unfinished().then(votes => isLeft || setWaiting(votes));
    return () => {
      isLeft = true;
    };
  }, []);
  return waiting.map(({ electionId }) => (
    <p key={electionId} className="card notice" role="status">
      {say('waiting.notice')} <Link to={addresses.vote(electionId)}>{say('waiting.go')}</Link> ({electionId})
    </p>
  ));
}

/** Where the browser keeps nothing there is nothing that waits. */
async function unfinished(): Promise<readonly UnfinishedVote[]> {
  return deviceVoter()
    .unfinished()
    .catch(() => []);
}
