import { say } from '../language/say.ts';
import { type CastStep, standingOfStep, steps } from './casting.ts';
import { StepHeading } from './step-heading.tsx';

type Props = { reached: CastStep | null; isOffline: boolean };

/** How far the vote is, in words that a screen reader hears as they change. */
export function ProgressView({ reached, isOffline }: Props) {
  return (
    <section className="vote">
      <StepHeading title={say('progress.title')} />
      <ol className="card progress">
        {steps.map(step => {
          const standing = standingOfStep(step, reached);
          return (
            <li key={step} data-standing={standing} data-testid={`step-${step}`}>
              <span>{say(`progress.${step}`)}</span>{' '}
              <span className="badge">{say(`progress.${WORDS[standing]}`)}</span>
            </li>
          );
        })}
      </ol>
      <p role="status" data-testid="progress">
        {isOffline ? say('progress.offline') : nowWords(reached)}
      </p>
      <p className="soft">
        {say('progress.keep')} {say('progress.once')}
      </p>
    </section>
  );
}

const WORDS = { done: 'done', now: 'now', later: 'later' } as const;

function nowWords(reached: CastStep | null): string {
  const now = steps.find(step => standingOfStep(step, reached) === 'now');
  return now === undefined ? say('receipt.counted') : say(`progress.saying-${now}`);
}
