import type { ResultsDocument } from '@suffrage/contracts/official';
import { checkStatement, type SignedStatement } from '@suffrage/contracts/signed-statement';
import { useQuery } from '@tanstack/react-query';
import { formatCount } from '../../format.ts';
import { addresses } from '../../route.ts';
import { preferredLanguages, textIn } from '../../text.ts';
import { Link } from '../../views/shell.tsx';
import { officialPath, officialQuery, statementPath } from '../queries.ts';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';

/** The official results: read, verified here, and to be had as files. */
export function ResultsSection({ election }: { election: ManagedElection }) {
  const { id } = election.definition;
  const isOver = election.phase === 'closed' || election.phase === 'sealed';
  const { data: results } = useQuery({ ...officialQuery(id, 'results'), enabled: isOver });
  return (
    <section className="card part" aria-labelledby="results">
      <h2 id="results">{say('results.title')}</h2>
      {results ? (
        <>
          <ResultsTables election={election} results={results} />
          <p className="buttons">
            <Download
              href={statementPath(id, 'results')}
              name={`${id}-results.json`}
              label={say('files.signed')}
            />
            <Download href={officialPath(id, 'results/document.csv')} name={`${id}.csv`} label="CSV" />
            <Download href={officialPath(id, 'results/document.pdf')} name={`${id}.pdf`} label="PDF" />
            <Download
              href={officialPath(id, 'results/nist.json')}
              name={`${id}-nist.json`}
              label="NIST SP 1500-100"
            />
          </p>
        </>
      ) : (
        <p className="soft">{say(isOver ? 'files.waiting' : 'files.later')}</p>
      )}
      <Statements election={election} />
      <Link to={addresses.election(id)}>{say('elections.results')}</Link>
    </section>
  );
}

function ResultsTables({ election, results }: { election: ManagedElection; results: ResultsDocument }) {
  const languages = preferredLanguages();
  if (results.contests === null) return <p>{say('files.hidden', { count: results.counted })}</p>;
  const counted = new Map(results.contests.map(contest => [contest.id, contest]));
  return election.definition.contests.map(contest => {
    const found = counted.get(contest.id);
    if (!found) return null;
    const votes = new Map(found.options.map(option => [option.id, option.votes]));
    const { title, lang } = textIn(contest.title, languages);
    return (
      <table key={contest.id}>
        <caption lang={lang} dir="auto">
          {title}
        </caption>
        <thead>
          <tr>
            <th scope="col">{say('results.option')}</th>
            <th scope="col" className="number">
              {say('results.votes-head')}
            </th>
          </tr>
        </thead>
        <tbody>
          {contest.options.map(option => {
            const text = textIn(option.title, languages);
            return (
              <tr key={option.id}>
                <th scope="row" lang={text.lang} dir="auto">
                  {text.title}
                </th>
                <td className="number">{formatCount(votes.get(option.id) ?? 0)}</td>
              </tr>
            );
          })}
          <tr>
            <th scope="row">{say('files.blank')}</th>
            <td className="number">{formatCount(found.blank)}</td>
          </tr>
        </tbody>
      </table>
    );
  });
}

const KINDS = ['zero-report', 'results', 'audit-addendum', 'seal'] as const;

/** What has been stated officially; each signature is verified in this browser, with the keys of the definition. */
function Statements({ election }: { election: ManagedElection }) {
  return (
    <ul className="statements">
      {KINDS.map(kind => (
        <StatementLine key={kind} kind={kind} election={election} />
      ))}
    </ul>
  );
}

type LineProps = { kind: (typeof KINDS)[number]; election: ManagedElection };

function StatementLine({ kind, election: { definition, phase } }: LineProps) {
  const isOver = phase === 'closed' || phase === 'sealed';
  const { data: statement } = useQuery({
    ...officialQuery<(typeof KINDS)[number]>(definition.id, kind),
    enabled: kind === 'zero-report' || isOver,
  });
  const { data: verdict } = useQuery({
    queryKey: ['verified', definition.id, kind, statement?.signature],
    queryFn: () => verify(statement, definition.resultsKeys),
    enabled: statement !== undefined && statement !== null,
  });
  return (
    <li data-testid={`statement-${kind}`}>
      <strong>{say(`statement.${kind}`)}</strong>
      <span className="soft">
        {verdict === undefined ? say('statement.absent') : say(`statement.${verdict}`)}
      </span>
      {statement ? (
        <Download
          href={statementPath(definition.id, kind)}
          name={`${definition.id}-${kind}.json`}
          label={say('files.save')}
          describes={say(`statement.${kind}`)}
        />
      ) : null}
    </li>
  );
}

function verify(
  statement: SignedStatement | null | undefined,
  keys: ManagedElection['definition']['resultsKeys'],
): Promise<'valid' | 'key-unknown' | 'signature-invalid'> {
  return statement && keys ? checkStatement(statement, keys) : Promise.resolve('key-unknown');
}

type DownloadProps = { href: string; name: string; label: string; describes?: string };

function Download({ href, name, label, describes }: DownloadProps) {
  return (
    <a
      className="button small"
      href={href}
      download={name}
      {...(describes === undefined ? {} : { 'aria-label': `${label}: ${describes}` })}
    >
      {label}
    </a>
  );
}
