import { dirname, relative } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * A module that looks for files beside itself (`__dirname`, `import.meta.url`) finds them in the bundle, too: each module keeps
 * its place, below `files/` beside the bundle. What it reads there is copied to the same place, and what is not read is not.
 */
export function keepPlaces(root: string): Plugin {
  return {
    name: 'keep-places',
    // The bundler applies the filter itself: few modules come here.
    transform: {
      filter: { code: LOOKS_BESIDE_ITSELF },
      handler: (code, id) =>
        id.startsWith('\0') ? null : { code: tellPlace(code, placeOf(root, id)), map: null },
    },
  };
}

const LOOKS_BESIDE_ITSELF = /\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:url|dirname|filename)\b/;

/** `node_modules/pdfkit/js/pdfkit.js` or `services/registrar/src/main.ts`. */
export function placeOf(root: string, file: string): string {
  const packages = file.lastIndexOf('/node_modules/');
  return packages === -1 ? relative(root, file) : file.slice(packages + 1);
}

function tellPlace(code: string, place: string): string {
  const path = (of: string) => `(globalThis.suffrageFiles + ${JSON.stringify(`/${of}`)})`;
  const url = `process.getBuiltinModule('node:url').pathToFileURL(${path(place)}).href`;
  let told = code
    // A thread's file is a bundle as well.
    .replaceAll(/new URL\('([^']+)\.ts', import\.meta\.url\)/g, "new URL('$1.js', import.meta.url)")
    .replaceAll(/\bimport\.meta\.url\b/g, url)
    .replaceAll(/\bimport\.meta\.dirname\b/g, path(dirname(place)))
    .replaceAll(/\bimport\.meta\.filename\b/g, path(place));
  // A module may have made these itself, from what was replaced above.
  if (!/\b(?:const|let|var) __dirname\b/.test(code))
    told = told.replaceAll(/\b__dirname\b/g, path(dirname(place)));
  if (!/\b(?:const|let|var) __filename\b/.test(code)) told = told.replaceAll(/\b__filename\b/g, path(place));
  return told;
}

/**
 * Goes before the code of each file of a bundle, which lies `up` directories below its top. Of global names only, because
 * the bundler does not know these lines. (protobufjs asks for `require` by `eval`.)
 */
export function prologue(up: string): string {
  return [
    `globalThis.suffrageFiles = process.getBuiltinModule('node:path').join(import.meta.dirname, '${up}', 'files');`,
    "globalThis.require ??= process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  ].join('\n');
}
