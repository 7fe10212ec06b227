import { draftOf } from '@suffrage/contracts/election';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { Message, useTitle } from '../../views/message.tsx';
import { Link } from '../../views/shell.tsx';
import { DraftChanged, electionQuery, useReplaceDraft } from '../queries.ts';
import { RefusedMessage } from '../refusal.tsx';
import { manageAddresses } from '../routes.ts';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import { DraftFormView } from './draft-form.tsx';
import { formOf } from './form.ts';
import { useKeptForm } from './kept-form.ts';

export function EditView({ id }: { id: string }) {
  // Once: what is being written is not to change under the hands.
  const { data, error } = useQuery({
    ...electionQuery(id),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (error && !data) return <RefusedMessage error={error} />;
  if (!data) return <Message title={say('manage.loading')} />;
  if (data.phase !== 'draft') {
    return (
      <Message title={say('form.locked')}>
        {say('refused.election-locked')} <Link to={manageAddresses.election(id)}>{say('manage.back')}</Link>
      </Message>
    );
  }
  return <EditForm election={data} />;
}

function EditForm({ election: { definition, revision } }: { election: ManagedElection }) {
  const { id } = definition;
  const [, go] = useLocation();
  const { form, replaces, setForm, forget } = useKeptForm(id, () => ({
    form: formOf(draftOf(definition)),
    replaces: revision,
  }));
  const save = useReplaceDraft(id);
  /** That of another manager, of which whoever writes here has been told: it may be replaced, and nothing that is saved later still. */
  const other = save.error instanceof DraftChanged ? save.error.revision : undefined;
  useTitle(say('form.edit'));
  const leave = () => {
    forget();
    go(manageAddresses.election(id));
  };
  return (
    <div className="manage">
      <header className="section-head">
        <h1>{say('form.edit')}</h1>
        <button type="button" className="button" onClick={leave}>
          {say('form.discard')}
        </button>
      </header>
      <DraftFormView
        form={form}
        onChange={setForm}
        isSaved
        isBusy={save.isPending}
        error={save.error}
        onSave={draft => save.mutate({ draft, replaces }, { onSuccess: leave })}
        onReplace={
          other === undefined
            ? undefined
            : draft => save.mutate({ draft, replaces: other }, { onSuccess: leave })
        }
      />
    </div>
  );
}
