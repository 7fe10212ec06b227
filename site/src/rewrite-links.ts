import { posix } from 'node:path';
import { pageOf } from './pages.ts';

/** What the repository holds, for links to be held against. */
export type Repository = { readonly files: ReadonlySet<string>; readonly directories: ReadonlySet<string> };

/** `asset`: a file that the page shows or offers, path in the repository. */
export type Rewritten = {
  readonly text: string;
  readonly assets: readonly string[];
  readonly dead: readonly string[];
};

/** Markdown's `[text](target)` and `![text](target)`; HTML's `src="target"` and `href="target"`. */
const LINK = /(\]\()([^)\s]+)(\))|(\b(?:src|href)=")([^"]+)(")/g;
const ELSEWHERE = /^([a-z][a-z+.-]*:|#)/i;

/**
 * The text of a page with its links as the site needs them: pages by their place there, other files as files beside
 * them, directories as their index.
 */
export function rewriteLinks(path: string, text: string, repository: Repository): Rewritten {
  const assets: string[] = [];
  const dead: string[] = [];
  const rewritten = outsideCode(text, part =>
    part.replaceAll(LINK, (whole, ...groups: (string | undefined)[]) => {
      const [open, target, close] = groups[1] === undefined ? groups.slice(3, 6) : groups.slice(0, 3);
      if (target === undefined || ELSEWHERE.test(target)) return whole;
      const found = resolveLink(path, target, repository);
      if (found === undefined) {
        dead.push(target);
        return whole;
      }
      if (found.asset !== undefined) assets.push(found.asset);
      return `${open}${found.link}${close}`;
    }),
  );
  return { text: rewritten, assets, dead };
}

function resolveLink(
  path: string,
  target: string,
  { files, directories }: Repository,
): { readonly link: string; readonly asset?: string } | undefined {
  const [name = '', anchor] = target.split('#');
  const place = posix.normalize(posix.join(posix.dirname(path), name)).replace(/\/$/, '');
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  const from = posix.dirname(pageOf(path));
  const relative = (to: string) => {
    const link = posix.relative(from, to);
    return link.startsWith('.') ? link : `./${link}`;
  };
  if (place.endsWith('.md') && files.has(place)) return { link: `${relative(pageOf(place))}${suffix}` };
  if (files.has(place)) {
    const isPicture = /\.(png|svg|jpg)$/.test(place);
    return { link: isPicture ? relative(place) : `/${place}`, asset: place };
  }
  if (directories.has(place)) return { link: `${relative(posix.join(place, 'index.md'))}` };
  return undefined;
}

/** Fenced blocks and code spans keep their text. */
function outsideCode(text: string, change: (part: string) => string): string {
  return text
    .split(/(^```[\s\S]*?^```$|`[^`\n]+`)/m)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}
