import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

const ATTRIBUTE = /\b(href|src|srcset|poster|action)="([^"]*)"/g;
const ID = /\bid="([^"]+)"/g;
/** What a style sheet may fetch. */
const STYLE = /url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']/g;

/**
 * Follows every link of a built site. `dead`: to a page, a file or a heading that is not there. `external`: something
 * that a browser would fetch from another host by itself (a link that a reader may follow is none).
 */
export function checkBuilt(
  directory: string,
  base: string,
): { readonly dead: string[]; readonly external: string[] } {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const pages = new Map(
    files
      .filter(name => name.endsWith('.html'))
      .map(name => [name, readFileSync(join(directory, name), 'utf8')] as const)
      // A page of an example is a file that is offered, not a page of the site.
      .filter(([, html]) => html.includes('<div id="app">')),
  );
  const ids = new Map(
    [...pages].map(([name, html]) => [name, new Set([...html.matchAll(ID)].map(([, id]) => decode(id)))]),
  );
  const dead: string[] = [];
  const external: string[] = [];
  for (const [name, html] of pages)
    for (const [, attribute = '', raw = ''] of html.matchAll(ATTRIBUTE)) {
      const target = decode(raw);
      if (/^(https?:)?\/\//.test(target)) {
        if (attribute !== 'href' || isFetched(html, raw)) external.push(`${name}: ${target}`);
      } else if (!/^[a-z]+:/.test(target) && !exists(name, target)) dead.push(`${name}: ${target}`);
    }
  for (const name of files.filter(file => file.endsWith('.css')))
    for (const [, url, imported] of readFileSync(join(directory, name), 'utf8').matchAll(STYLE))
      if (/^(https?:)?\/\//.test(url ?? imported ?? '')) external.push(`${name}: ${url ?? imported}`);
  return { dead: [...new Set(dead)], external: [...new Set(external)] };

  function exists(from: string, target: string): boolean {
    const [path = '', anchor] = target.split('#');
    const place = resolve(from, path.split('?')[0] ?? '');
    if (place === undefined) return false;
    return !anchor || !place.endsWith('.html') || (ids.get(place)?.has(decodeURIComponent(anchor)) ?? false);
  }

  function resolve(from: string, path: string): string | undefined {
    if (path === '') return from;
    const absolute = path.startsWith(base) ? path.slice(base.length) : posix.join(dirname(from), path);
    const plain = decodeURIComponent(absolute);
    return [plain, posix.join(plain, 'index.html'), `${plain}.html`]
      .map(place => relative('.', place) || 'index.html')
      .find(place => existsSync(join(directory, place)) && (place.includes('.') || pages.has(place)));
  }
}

/** `href` of a `<link>` is fetched, that of an `<a>` only when somebody follows it. */
function isFetched(html: string, target: string): boolean {
  return [...html.matchAll(/<link\b[^>]*>/g)].some(([element]) => element.includes(`href="${target}"`));
}

const decode = (text = '') =>
  text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
