import * as z from 'zod/mini';

// The strict Content-Security-Policy refuses generated code, and zod would report itself by trying. Imported before all
// that defines a schema, since schemas decide it when they are made.
z.config({ jitless: true });
