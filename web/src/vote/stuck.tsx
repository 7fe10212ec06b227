import type { Proof, VoteProblem } from '@suffrage/client/browser';
import { useState } from 'react';
import { paths } from '../api/fetch.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Link } from '../views/shell.tsx';
import { askedOf } from './asked-of-voter.ts';
import { votableSchema } from './votable.ts';
import { openSession } from './open-session.ts';
import { ProofForm } from './proof-form.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { StepHeading } from './step-heading.tsx';

type Props = {
  id: string;
  problem: VoteProblem;
  onResume: (proof?: Proof) => void;
  onChange: () => void;
  onAgain: () => void;
};

/** Why the vote is not counted now, and what the voter can do about it. */
export function Stuck(props: Props) {
  const { id, problem } = props;
  const [isProving, setProving] = useState(false);
  if (isProving) return <ProofAgain id={id} onProof={props.onResume} />;
  return (
    <section className="vote" data-testid={`problem-${problem.code}`}>
      <StepHeading title={say('problem.title')} />
      <p className="card" role="alert">
        {say(`problem.${problem.code}`)}
      </p>
      {problem.refusal ? <p className="soft">{say('problem.code', { code: problem.refusal.code })}</p> : null}
      <p className="buttons">
        <Action {...props} onProve={() => setProving(true)} />
        {problem.receipt ? (
          <Link to={addresses.receipt(id)} className="button">
            {say('problem.receipt')}
          </Link>
        ) : null}
        <Link to={addresses.election(id)} className="button">
          {say('elections.results')}
        </Link>
      </p>
    </section>
  );
}

function Action({ problem, onResume, onChange, onAgain, onProve }: Props & { onProve: () => void }) {
  const actions = {
    resume: () => onResume(),
    wait: () => onResume(),
    'prove-again': onProve,
    'change-choice': onChange,
    'vote-again': onAgain,
    'ask-officials': null,
    nothing: null,
  } as const satisfies Record<VoteProblem['can'], (() => void) | null>;
  const { can } = problem;
  const act = actions[can];
  if (act === null || can === 'ask-officials' || can === 'nothing') return null;
  return (
    <button type="button" className="button primary" onClick={act}>
      {say(`problem.${can}`)}
    </button>
  );
}

const REFRESH_MILLIS = 30_000;

function ProofAgain({ id, onProof }: { id: string; onProof: (proof: Proof) => void }) {
  const loaded = useDocument(paths.election(id), votableSchema, REFRESH_MILLIS);
  const [why, setWhy] = useState('');
  if (loaded.status !== 'ready') {
    return <p role="status">{say(loaded.status === 'loading' ? 'election.loading' : 'registrar.away')}</p>;
  }
  const { definition } = loaded.value;
  const asked = askedOf(definition);
  if (asked === 'sign-in') return <SignInForm electionId={id} />;
  if (asked !== 'session' && asked !== 'nothing') return <ProofForm asked={asked} onProof={onProof} />;
  const renew = async () => {
    const answer = await openSession(id);
    if (answer.ok) onProof(answer.proof);
    else setWhy(say('review.session-failed', { why: answer.why }));
  };
  return (
    <section className="vote">
      <p role="status">{why}</p>
      <button type="button" className="button primary" onClick={() => void renew()}>
        {say('problem.resume')}
      </button>
    </section>
  );
}
