import { localTimeOf } from '@suffrage/contracts/local-time';
import { say } from '../say.ts';
import { TextField } from './fields.tsx';
import { fieldId } from './faults.ts';
import { type DraftForm, type FormTime, instantsOf } from './form.ts';
import { ZoneField } from './zone-field.tsx';

type Props = { form: DraftForm; onChange: (change: Partial<DraftForm>) => void };

/** When voting is possible, by the clocks of the place where the election is held. */
export function ScheduleFields({ form, onChange }: Props) {
  return (
    <section className="form-part card" aria-labelledby="schedule">
      <h2 id="schedule">{say('form.schedule')}</h2>
      <div className="side-by-side">
        <TimeField
          place="opensAt"
          label={say('form.opens')}
          time={form.opens}
          timeZone={form.timeZone}
          onChange={opens => onChange({ opens })}
        />
        <TimeField
          place="closesAt"
          label={say('form.closes')}
          time={form.closes}
          timeZone={form.timeZone}
          onChange={closes => onChange({ closes })}
        />
      </div>
      <ZoneField value={form.timeZone} onChange={timeZone => onChange({ timeZone })} />
    </section>
  );
}

type TimeProps = {
  place: string;
  label: string;
  time: FormTime;
  timeZone: string;
  onChange: (time: FormTime) => void;
};

function TimeField({ place, label, time, timeZone, onChange }: TimeProps) {
  const instants = instantsOf(time.local, timeZone);
  const which = `${fieldId(place)}-which`;
  return (
    <div>
      <TextField
        place={place}
        label={label}
        type="datetime-local"
        value={time.local}
        onChange={local => onChange({ local, which: 0 })}
      />
      {instants.length < 2 ? null : (
        <div className="field">
          <label htmlFor={which}>{say('form.which')}</label>
          <select
            id={which}
            value={time.which}
            onChange={event => onChange({ ...time, which: event.target.value === '1' ? 1 : 0 })}
          >
            {instants.map((instant, index) => (
              <option key={instant} value={index}>
                {localTimeOf(instant, timeZone)}
              </option>
            ))}
          </select>
        </div>
      )}
    </div>
  );
}
