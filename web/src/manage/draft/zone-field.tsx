import { Field } from '../field.tsx';
import { say } from '../say.ts';
import { Fault, useFieldProps } from './fields.tsx';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')];

/** One of some 450 zones, found by typing a part of its name; the contracts say whether it is one. */
export function ZoneField({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const props = useFieldProps('timeZone', true);
  return (
    <Field id={props.id} label={say('form.zone')} help={say('form.zone-help')}>
      {() => (
        <>
          <input
            {...props}
            type="text"
            list="zones"
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={event => onChange(event.target.value.trim())}
          />
          <datalist id="zones">
            {zones.map(zone => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <Fault place="timeZone" />
        </>
      )}
    </Field>
  );
}
