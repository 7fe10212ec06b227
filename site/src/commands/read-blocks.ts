/** A fenced block of a page. */
export type Block = { readonly language: string; readonly body: string };
/** A program with its words, as a shell would split them; quotes and redirections are taken off. */
export type Command = { readonly program: string; readonly words: readonly string[]; readonly line: string };

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    body,
  }));
}

/** What a shell is told, line by line: without comments, and without what stands behind a wide gap to explain it. */
export function linesOf({ body }: Block): string[] {
  return body
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map(line => (line.split(/\s{2,}|\s+#/)[0] ?? '').trim())
    .filter(line => line !== '' && !line.startsWith('#'));
}

/** The programs that a line starts. Of loops what is done in them; settings before a program are left out. */
export function commandsOf(line: string): Command[] {
  const tokens = line.match(/&&|[|;&]|(?:\$\([^)]*\)|[^\s'"|;&]|'[^']*'|"[^"]*")+/g) ?? [];
  const parts: string[][] = [[]];
  for (const token of tokens)
    if (/^(&&|[|;&])$/.test(token)) parts.push([]);
    else parts.at(-1)?.push(token);
  return parts.flatMap(part => {
    const words = part[0] === 'do' ? part.slice(1) : part;
    if (words[0] === 'for' || words[0] === 'done') return [];
    const start = words.findIndex(word => !/^\w+=/.test(word));
    const [program, ...rest] = (start < 0 ? [] : words.slice(start))
      .filter(word => !/^\d?>/.test(word))
      .map(unquoted);
    return program === undefined ? [] : [{ program, words: rest, line }];
  });
}

const unquoted = (word: string) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2');

/** Values of an option, `-f a --file=b`. */
export function optionOf(words: readonly string[], ...names: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const [name = '', ...value] = word.split('=');
    if (!names.includes(name)) return [];
    return value.length > 0 ? [value.join('=')] : [words[index + 1] ?? ''];
  });
}
