import { useId } from 'react';
import { paths } from '../api/fetch.ts';
import type { Phase } from '../api/schemas.ts';
import { useCopy } from '../hooks.ts';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Link } from '../views/shell.tsx';
import { sayWatch } from './say.ts';
import type { Standing } from './use-official.ts';

type Props = { id: string; title: string; phase: Phase; isLive: boolean; standing: Standing };

/** Ways to show, share and keep the results. */
export function TakeAway({ id, title, phase, isLive, standing }: Props) {
  return (
    <section className="card take" aria-labelledby="take">
      <h2 id="take">{sayWatch('take.title')}</h2>
      <ShareLink id={id} title={title} />
      <p className="buttons">
        <Link to={addresses.screen(id)} className="button">
          {sayWatch('take.screen')}
        </Link>
        {isLive && phase === 'open' ? (
          <Link to={addresses.flow(id)} className="button">
            {sayWatch('take.flow')}
          </Link>
        ) : null}
      </p>
      <h3>{sayWatch('take.export')}</h3>
      <Exports id={id} isOfficial={standing.kind === 'official'} />
    </section>
  );
}

/** The address is made from the election alone: whatever else this page's address holds is not shared. */
function ShareLink({ id, title }: { id: string; title: string }) {
  const field = useId();
  const address = new URL(addresses.election(id), window.location.origin).href;
  const { copied, copy } = useCopy(address);
  const share = () => navigator.share({ title, url: address }).catch(() => undefined);
  return (
    <>
      <label className="unseen" htmlFor={field}>
        {sayWatch('take.address')}
      </label>
      <input id={field} className="address" dir="ltr" readOnly value={address} />
      <p className="buttons">
        <button type="button" className="button" onClick={copy}>
          {sayWatch('take.copy')}
        </button>
        {'share' in navigator ? (
          <button type="button" className="button" onClick={() => void share()}>
            {sayWatch('take.share')}
          </button>
        ) : null}
        <span role="status">
          {copied === undefined ? null : copied ? sayWatch('take.copied') : say('copy.failed')}
        </span>
      </p>
    </>
  );
}

const FORMS = ['document.pdf', 'document.csv', 'nist.json'] as const;

function Exports({ id, isOfficial }: { id: string; isOfficial: boolean }) {
  return (
    <>
      <ul className="exports">
        {isOfficial ? (
          <>
            {FORMS.map(form => (
              <li key={form}>
                <a href={paths.officialAs(id, form)} download={`${id}-${form}`}>
                  {sayWatch(`take.${form}`)}
                </a>
              </li>
            ))}
            <li>
              <a href={paths.official(id)} download={`${id}-results.json`}>
                {sayWatch('take.document')}
              </a>
            </li>
            <li>
              <a href={paths.officialWithAudit(id)} download={`${id}-official.json`}>
                {sayWatch('take.audited')}
              </a>
            </li>
          </>
        ) : null}
        <li>
          <a href={paths.results(id)} download={`${id}-snapshot.json`}>
            {sayWatch('take.snapshot')}
          </a>
        </li>
      </ul>
      {isOfficial ? null : <p className="note">{sayWatch('take.later')}</p>}
    </>
  );
}
