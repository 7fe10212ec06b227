import type { ElectionDefinition } from '@suffrage/contracts/election';
import { useState } from 'react';
import { Redirect, useSearch } from 'wouter';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Message } from '../views/message.tsx';
import { Choice } from './choice.tsx';
import type { Marked } from './marks.ts';
import { ProgressView } from './progress-view.tsx';
import { Stuck } from './stuck.tsx';
import { useCasting } from './use-casting.ts';
import { useIsLong } from './use-is-long.ts';

/** From the choice to the count. What is shown first depends on what this device keeps of an earlier visit. */
export function VotePage({ id }: { id: string }) {
  const { casting, cast, resume } = useCasting(id);
  const [marked, setMarked] = useState<Marked>({});
  // `?again`: the voter asked to replace a vote that is counted.
  const [again, setAgain] = useState(useSearch() === 'again');
  const [isChanging, setChanging] = useState(false);
  const choice = (
    <Choice
      id={id}
      marked={marked}
      onMark={setMarked}
      onCast={(definition: ElectionDefinition, proof) => {
        setAgain(false);
        setChanging(false);
        cast(definition, marked, proof, again);
      }}
    />
  );
  if (isChanging) return choice;
  switch (casting.status) {
    case 'looking':
      return <Looking />;
    case 'absent':
      return choice;
    case 'under-way':
      return <ProgressView reached={casting.reached} isOffline={casting.isOffline} />;
    case 'counted':
      return again ? choice : <Redirect to={addresses.receipt(id)} replace />;
    case 'stuck':
      return (
        <Stuck
          id={id}
          problem={casting.problem}
          onResume={resume}
          onChange={() => setChanging(true)}
          onAgain={() => {
            setAgain(true);
            setChanging(true);
          }}
        />
      );
  }
}

const LONG_MILLIS = 2_000;

function Looking() {
  const isLong = useIsLong(LONG_MILLIS);
  return <Message title={say('vote.looking')}>{isLong ? say('vote.looking-long') : ''}</Message>;
}
