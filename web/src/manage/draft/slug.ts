/** By language. */
type Texts = Readonly<Record<string, string>>;

const MOST = 50;

/** A text as an id: `Bürgermeister:in` is `burgermeister-in`. Empty where nothing of it can be one. */
function slug(text: string): string {
  const letters = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return letters
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MOST)
    .replaceAll(/^-+|-+$/g, '');
}

/** Of the first language that gives one. */
export function slugOf(texts: Texts, languages: readonly string[]): string {
  return languages.map(language => slug(texts[language] ?? '')).find(one => one !== '') ?? '';
}

type Named = { readonly id?: string | undefined; readonly title: Texts };

/** An id for each: the one it has, else one of its title that no other has; `fallback-3` for the third without letters. */
export function idsOf(
  items: readonly Named[],
  fallback: string,
  languages: readonly string[],
): readonly string[] {
  const taken = new Set(items.flatMap(({ id }) => id ?? []));
  return items.map(({ id, title }, place) => {
    if (id !== undefined) return id;
    const wanted = slugOf(title, languages) || `${fallback}-${place + 1}`;
    let free = wanted;
    for (let number = 2; taken.has(free); number += 1) free = `${wanted}-${number}`;
    taken.add(free);
    return free;
  });
}
