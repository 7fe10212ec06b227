import { paths } from '../api/fetch.ts';
import { issuedSchema } from '../api/schemas.ts';
import { formatCount, formatShare } from '../format.ts';
import { useDocument } from '../hooks.ts';
import { sayWatch } from './say.ts';

const REFRESH_MILLIS = 60_000;

/** Counted votes of the voters on the roll; nothing where there is none. */
export function Turnout({ id, counted }: { id: string; counted: number | null }) {
  const loaded = useDocument(paths.issued(id), issuedSchema, REFRESH_MILLIS);
  if (counted === null || loaded.status !== 'ready' || !loaded.value.roll) return null;
  const { roll } = loaded.value;
  return (
    <div className="figure">
      <dt>{sayWatch('turnout.name')}</dt>
      <dd data-testid="turnout">
        {formatShare(counted / roll)}
        <span className="figure-note">
          {sayWatch('turnout.of', { counted: formatCount(counted), roll: formatCount(roll) })}
        </span>
      </dd>
    </div>
  );
}
