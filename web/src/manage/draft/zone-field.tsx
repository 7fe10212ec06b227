import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { say } from '../say.ts';
import { Fault, useFieldProps } from './fields.tsx';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')].map(id => ({
  id,
}));

/** One of some 450 zones, found by typing a part of its name. */
export function ZoneField({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const { id, ...described } = useFieldProps('timeZone', false);
  // The zone of an imported draft may have a name that this browser does not list.
  const items = zones.some(zone => zone.id === value) ? zones : [{ id: value }, ...zones];
  return (
    <ComboBox
      className="field combo"
      defaultItems={items}
      defaultSelectedKey={value}
      onSelectionChange={key => key !== null && onChange(String(key))}
      menuTrigger="focus"
    >
      <Label>{say('form.zone')}</Label>
      <div className="combo-line">
        <Input id={id} {...described} dir="ltr" />
        <Button className="button small" aria-label={say('form.zone-open')}>
          ▾
        </Button>
      </div>
      <Fault place="timeZone" />
      <Popover className="popover">
        <ListBox>
          {(zone: { id: string }) => <ListBoxItem textValue={zone.id}>{zone.id}</ListBoxItem>}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
