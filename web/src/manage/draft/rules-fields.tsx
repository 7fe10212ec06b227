import { say } from '../say.ts';
import { Choice, TextField } from './fields.tsx';
import type { DraftForm } from './form.ts';

type Props = { form: DraftForm; onChange: (change: Partial<DraftForm>) => void };

const PROOFS = {
  roll: ['code', 'sign-in'],
  open: ['session', 'sign-in', 'none'],
} as const satisfies Record<DraftForm['eligibility'], readonly DraftForm['voterProof'][]>;

/** Who may vote, how secretly, and when results are shown. What does not fit together can't be chosen. */
export function RulesFields({ form, onChange }: Props) {
  return (
    <section className="form-part card" aria-labelledby="rules">
      <h2 id="rules">{say('form.rules')}</h2>
      <Choice
        place="eligibility"
        label={say('form.eligibility')}
        value={form.eligibility}
        onChange={eligibility => onChange({ eligibility, voterProof: PROOFS[eligibility][0] })}
        options={(['open', 'roll'] as const).map(value => ({
          value,
          title: say(`form.eligibility-${value}`),
          why: say(`form.eligibility-${value}-why`),
        }))}
      />
      <Choice
        place="voterProof"
        label={say('form.proof')}
        value={form.voterProof}
        onChange={voterProof => onChange({ voterProof })}
        options={PROOFS[form.eligibility].map(value => ({
          value,
          title: say(`form.proof-${value}`),
          why: say(`form.proof-${value}-why`),
        }))}
      />
      <Choice
        place="mode"
        label={say('form.mode')}
        value={form.mode}
        onChange={mode => onChange({ mode, ...(mode === 'secret' ? { revote: 'none' } : {}) })}
        options={(['secret', 'pseudonymous'] as const).map(value => ({
          value,
          title: say(`form.mode-${value}`),
          why: say(`form.mode-${value}-why`),
        }))}
      />
      {form.mode === 'secret' ? null : (
        <Choice
          place="revote"
          label={say('form.revote')}
          value={form.revote}
          onChange={revote => onChange({ revote })}
          options={(['none', 'last'] as const).map(value => ({ value, title: say(`form.revote-${value}`) }))}
        />
      )}
      <Choice
        place="resultsPolicy"
        label={say('form.results')}
        value={form.resultsPolicy}
        onChange={resultsPolicy => onChange({ resultsPolicy })}
        options={(['live', 'after-close'] as const).map(value => ({
          value,
          title: say(`form.results-${value}`),
        }))}
      />
      <TextField
        place="privacyThreshold"
        label={say('form.threshold')}
        help={say('form.threshold-help')}
        type="number"
        value={form.privacyThreshold}
        onChange={privacyThreshold => onChange({ privacyThreshold })}
      />
    </section>
  );
}
