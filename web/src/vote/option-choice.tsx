import type { Contest } from '@suffrage/contracts/election';
import { say } from '../language/say.ts';
import { preferredLanguages, textIn } from '../text.ts';

type Option = Contest['options'][number];
type Props = {
  option: Option;
  contestId: string;
  /** One mark at most: a radio button. */
  isRound: boolean;
  isMarked: boolean;
  /** The contest is full. The box stays reachable, so that a screen reader hears of the option and why. */
  isBlocked: boolean;
  onToggle: () => void;
};

export function OptionChoice({ option, contestId, isRound, isMarked, isBlocked, onToggle }: Props) {
  const languages = preferredLanguages();
  const title = textIn(option.title, languages);
  const description = option.description && textIn(option.description, languages);
  const id = `${contestId}.${option.id}`;
  const hasNote = description !== undefined || option.exclusive === true;
  return (
    <li className="option" data-marked={isMarked} data-blocked={isBlocked}>
      <label>
        <input
          id={id}
          type={isRound ? 'radio' : 'checkbox'}
          name={contestId}
          value={option.id}
          checked={isMarked}
          aria-disabled={isBlocked}
          aria-describedby={
            [hasNote ? `note.${id}` : '', isBlocked ? `standing.${contestId}` : ''].join(' ').trim() ||
            undefined
          }
          onChange={onToggle}
        />
        <Picture address={option.picture} />
        <span className="option-title" lang={title.lang} dir="auto">
          {title.title}
        </span>
      </label>
      {hasNote ? (
        <p id={`note.${id}`} className="soft option-note">
          <span lang={description?.lang} dir="auto">
            {description?.title}
          </span>{' '}
          {option.exclusive === true && !isRound ? say('ballot.exclusive') : null}
        </p>
      ) : null}
      <PictureElsewhere address={option.picture} />
    </li>
  );
}

/**
 * Pictures of this origin are shown. Those of others are not loaded, since that would tell the other who reads this ballot;
 * the voter may follow the link.
 */
function Picture({ address }: { address: string | undefined }) {
  if (address === undefined || !isOwn(address)) return null;
  return <img src={address} alt="" loading="lazy" width="64" height="64" />;
}

function PictureElsewhere({ address }: { address: string | undefined }) {
  if (address === undefined || isOwn(address)) return null;
  return (
    <a className="option-picture" href={address} target="_blank" rel="noopener noreferrer">
      {say('ballot.picture-elsewhere', { host: new URL(address).host })}
    </a>
  );
}

function isOwn(address: string): boolean {
  return new URL(address).origin === window.location.origin;
}
