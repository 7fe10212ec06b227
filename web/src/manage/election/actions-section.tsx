import { useQuery } from '@tanstack/react-query';
import { formatInstant } from '../../format.ts';
import { actionsQuery } from '../queries.ts';
import { RefusalNote } from '../refusal.tsx';
import { say, sayIfKnown } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import { saveJson } from './save-file.ts';

/** The record of what was done with the election, a chain of hashes. The newest comes first. */
export function ActionsSection({ election: { definition } }: { election: ManagedElection }) {
  const { id, timeZone } = definition;
  const { data, error } = useQuery(actionsQuery(id));
  return (
    <section className="card part" aria-labelledby="actions">
      <header className="section-head">
        <h2 id="actions">{say('actions.title')}</h2>
        {data ? (
          <button type="button" className="button small" onClick={() => saveJson(`${id}-actions.json`, data)}>
            {say('files.save')}
          </button>
        ) : null}
      </header>
      <p className="soft">{say('actions.why')}</p>
      {error && !data ? <RefusalNote error={error} /> : null}
      {data ? (
        <>
          <div className="scroll" role="group" aria-labelledby="actions" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{say('actions.when')}</th>
                  <th scope="col">{say('actions.what')}</th>
                  <th scope="col">{say('actions.who')}</th>
                  <th scope="col">{say('actions.reason')}</th>
                </tr>
              </thead>
              <tbody>
                {data.actions.toReversed().map(action => (
                  <tr key={action.sequence}>
                    <td>{formatInstant(action.at, timeZone)}</td>
                    <td>{sayIfKnown(`action.${action.action}`) ?? action.action}</td>
                    <td dir="ltr">{action.actor}</td>
                    <td dir="auto">{action.reason ?? ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="soft">
            {say('actions.head', { count: data.head.entries })} <code>{data.head.hash}</code>
          </p>
        </>
      ) : null}
    </section>
  );
}
