import { useState } from 'react';
import { useLocation } from 'wouter';
import { spokenLanguage } from '../../language/say.ts';
import { useTitle } from '../../views/message.tsx';
import { Field } from '../field.tsx';
import { useCreateDraft } from '../queries.ts';
import { manageAddresses } from '../routes.ts';
import { say } from '../say.ts';
import { DraftFormView } from './draft-form.tsx';
import { formOf, newForm } from './form.ts';
import { type Imported, importDraft } from './import-draft.ts';
import { useKeptForm } from './kept-form.ts';

/** A new draft: written here, or read from a file first. */
export function NewView() {
  const [, go] = useLocation();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { form, setForm, forget } = useKeptForm('new', () => ({
    form: newForm(spokenLanguage(), zone, Date.now()),
  }));
  const [imports, setImports] = useState(0);
  const save = useCreateDraft();
  useTitle(say('manage.create'));
  return (
    <div className="manage">
      <header className="section-head">
        <h1>{say('manage.create')}</h1>
        <button type="button" className="button" onClick={() => startAgain()}>
          {say('form.start-again')}
        </button>
      </header>
      <ImportField
        onImport={draft => {
          setForm({ ...formOf(draft) });
          setImports(imports + 1);
        }}
      />
      <DraftFormView
        key={imports}
        form={form}
        onChange={setForm}
        isSaved={false}
        isBusy={save.isPending}
        error={save.error}
        onSave={draft =>
          save.mutate(draft, {
            onSuccess: ({ definition }) => {
              forget();
              go(manageAddresses.election(definition.id));
            },
          })
        }
      />
    </div>
  );

  function startAgain(): void {
    setForm(newForm(spokenLanguage(), zone, Date.now()));
    setImports(imports + 1);
  }
}

type ImportProps = { onImport: (draft: Extract<Imported, { ok: true }>['draft']) => void };

function ImportField({ onImport }: ImportProps) {
  const [imported, setImported] = useState<Imported>();
  const take = async (file: File | undefined) => {
    if (!file) return;
    const next = importDraft(await file.text());
    setImported(next);
    if (next.ok) onImport(next.draft);
  };
  return (
    <details className="card">
      <summary>{say('form.import')}</summary>
      <div className="field">
        <Field id="import" label={say('form.import-file')}>
          {props => (
            <input
              {...props}
              type="file"
              accept=".json,application/json"
              onChange={event => void take(event.target.files?.[0])}
            />
          )}
        </Field>
        {imported?.ok === true ? <p role="status">{say('form.imported')}</p> : null}
        {imported?.ok === false ? (
          <div className="refusal" role="alert">
            <p>{say('form.import-refused')}</p>
            <ul dir="ltr" lang="en">
              {[...imported.faults].map(([place, fault]) => (
                <li key={place}>
                  <code>{place}</code> {fault}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
      </div>
    </details>
  );
}
