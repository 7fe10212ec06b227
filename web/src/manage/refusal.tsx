import { Message } from '../views/message.tsx';
import { Refused } from './ask.ts';
import { say, sayIfKnown } from './say.ts';
import type { Problem } from './schemas.ts';

/** What was refused and what can be done about it. For a refusal that the page does not know, the registrar's own words. */
function wordsOf({ code, title }: Problem): string {
  return sayIfKnown(`refused.${code}`) ?? title;
}

export function problemOf(error: Error): Problem {
  return error instanceof Refused ? error.problem : { code: 'internal', title: error.message };
}

export function RefusalNote({ error }: { error: Error }) {
  const problem = problemOf(error);
  return (
    <div className="refusal" role="alert" data-testid={`refused-${problem.code}`}>
      <p>{wordsOf(problem)}</p>
      {problem.detail === undefined ? null : (
        <p className="soft" lang="en" dir="ltr">
          {problem.detail}
        </p>
      )}
    </div>
  );
}

/** Instead of a view that can't be shown. */
export function RefusedMessage({ error, onLeave }: { error: Error; onLeave?: () => void }) {
  return (
    <Message title={say('refused.title')}>
      <p>{wordsOf(problemOf(error))}</p>
      {onLeave ? (
        <button type="button" className="button" onClick={onLeave}>
          {say('manage.sign-out')}
        </button>
      ) : null}
    </Message>
  );
}
