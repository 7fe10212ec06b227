import type { ElectionDraft } from '@suffrage/contracts/election';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { problemOf, RefusalNote } from '../refusal.tsx';
import { say } from '../say.ts';
import { ContestsFields } from './contests-fields.tsx';
import { FaultsContext, fieldId } from './faults.ts';
import { TextField } from './fields.tsx';
import { type DraftForm, type Faults, readForm } from './form.ts';
import { LanguagesField } from './languages-field.tsx';
import { RulesFields } from './rules-fields.tsx';
import { sayFault } from './say-fault.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { slugOf } from './slug.ts';
import { TextsField } from './texts-field.tsx';

type Props = {
  form: DraftForm;
  onChange: (form: DraftForm) => void;
  /** The id is given, and part of every address: it does not change any more. */
  isSaved: boolean;
  isBusy: boolean;
  error: Error | null;
  onSave: (draft: ElectionDraft) => void;
  /** Where somebody else has saved meanwhile: replaces that. */
  onReplace?: ((draft: ElectionDraft) => void) | undefined;
};

/** An election on one page, from its name to its rules. */
export function DraftFormView({ form, onChange, isSaved, isBusy, error, onSave, onReplace }: Props) {
  const [tried, setTried] = useState(0);
  const read = readForm(form);
  const faults = tried === 0 || read.ok ? withRefusal(error) : read.faults;
  const change = (part: Partial<DraftForm>) => onChange({ ...form, ...part });
  const save = (how: (draft: ElectionDraft) => void) => {
    setTried(tried + 1);
    if (read.ok && !isBusy) how(read.draft);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save(onSave);
  };
  return (
    <FaultsContext value={faults}>
      <form className="draft-form" noValidate onSubmit={submit}>
        {tried > 0 && !read.ok ? <FaultList key={tried} faults={faults} /> : null}
        <section className="form-part card" aria-labelledby="about">
          <h2 id="about">{say('form.about')}</h2>
          <LanguagesField languages={form.languages} onChange={languages => change({ languages })} />
          <TextsField
            place="title"
            label={say('form.title')}
            languages={form.languages}
            texts={form.title}
            onChange={title => change({ title })}
          />
          {isSaved ? null : (
            <TextField
              place="id"
              label={say('form.id')}
              help={say('form.id-help')}
              value={form.id ?? slugOf(form.title, form.languages)}
              onChange={id => change({ id: id === '' ? null : id })}
            />
          )}
        </section>
        <ContestsFields
          contests={form.contests}
          languages={form.languages}
          onChange={contests => change({ contests })}
        />
        <ScheduleFields form={form} onChange={change} />
        <RulesFields form={form} onChange={change} />
        {error ? <RefusalNote error={error} /> : null}
        {onReplace ? (
          <p className="buttons">
            <button type="button" className="button grave" onClick={() => save(onReplace)}>
              {say('form.replace')}
            </button>
          </p>
        ) : null}
        <p className="buttons">
          <button type="submit" className="button primary" aria-disabled={isBusy}>
            {say(isBusy ? 'confirm.busy' : 'form.save')}
          </button>
          <span className="soft">{say('form.save-why')}</span>
        </p>
      </form>
    </FaultsContext>
  );
}

/** What the registrar refused of one field is shown there, too. */
function withRefusal(error: Error | null): Faults {
  if (!error) return new Map();
  const { field, code, detail } = problemOf(error);
  return field === undefined ? new Map() : new Map([[field, detail ?? say('fault.refused', { code })]]);
}

/** All that is wrong, each a way to its field. A keyboard and a screen reader begin here. */
function FaultList({ faults }: { faults: Faults }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.focus(), []);
  return (
    <div ref={list} className="card refusal" role="alert" tabIndex={-1} data-testid="faults">
      <h2>{say('form.faults', { count: faults.size })}</h2>
      <ul>
        {[...faults].map(([place, fault]) => (
          <li key={place}>
            <button
              type="button"
              className="plain link"
              onClick={() => document.getElementById(fieldId(place))?.focus()}
            >
              {placeName(place)}
            </button>{' '}
            {sayFault(fault)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `contests.1.options.0.title` is "Contest 2, option 1". */
function placeName(place: string): string {
  const [, contest, option] = /^contests\.(\d+)(?:\.options\.(\d+))?/.exec(place) ?? [];
  if (contest !== undefined && option !== undefined)
    return say('form.place-option', { contest: Number(contest) + 1, option: Number(option) + 1 });
  if (contest !== undefined) return say('form.contest', { number: Number(contest) + 1 });
  const names = {
    id: say('form.id'),
    title: say('form.title'),
    opensAt: say('form.opens'),
    closesAt: say('form.closes'),
    timeZone: say('form.zone'),
    privacyThreshold: say('form.threshold'),
  };
  return Object.entries(names).find(([name]) => name === place)?.[1] ?? say('form.rules');
}
