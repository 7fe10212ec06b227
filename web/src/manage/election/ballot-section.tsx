import { preferredLanguages, textIn } from '../../text.ts';
import { addresses } from '../../route.ts';
import { Link } from '../../views/shell.tsx';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';

/** The ballot and the rules, to read. */
export function BallotSection({ election: { definition, phase } }: { election: ManagedElection }) {
  const { id, contests, mode, eligibility, revote, resultsPolicy } = definition;
  const proof = definition.voterProof ?? (eligibility === 'roll' ? 'code' : 'none');
  const rules = [
    say(`form.eligibility-${eligibility}`),
    say(`form.proof-${proof}`),
    say(`form.mode-${mode}`),
    ...(revote === 'last' ? [say('form.revote-last')] : []),
    say(`form.results-${resultsPolicy}`),
  ];
  const languages = preferredLanguages();
  return (
    <details className="card">
      <summary>{say('election.ballot', { count: contests.length })}</summary>
      <p className="badges">
        {rules.map(rule => (
          <span key={rule} className="badge">
            {rule}
          </span>
        ))}
      </p>
      {contests.map(contest => {
        const { title, lang } = textIn(contest.title, languages);
        return (
          <section key={contest.id} className="ballot-read">
            <h3 lang={lang} dir="auto">
              {title}
            </h3>
            <p className="soft">
              {say('election.marks', { min: contest.minSelections, max: contest.maxSelections })}
            </p>
            <ul>
              {contest.options.map(option => {
                const text = textIn(option.title, languages);
                return (
                  <li key={option.id} lang={text.lang} dir="auto">
                    {text.title}
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
      {phase === 'draft' ? null : <Link to={addresses.vote(id)}>{say('elections.read-ballot')}</Link>}
    </details>
  );
}
