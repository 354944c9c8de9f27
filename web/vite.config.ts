import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * No preset: JSX compiles straight to Preact's runtime. CSS targets the browsers that know `light-dark()`, else the
 * minifier would rewrite every token into a pair of variables.
 */
export default defineConfig({
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { alias: { 'd3-geo': fileURLToPath(new URL('chart/noMaps.ts', import.meta.url)) } },
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    cssCodeSplit: false,
    // The Content-Security-Policy allows no `data:` script or style; a separate file is also cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: true,
    rolldownOptions: {
      output: {
        // Nearly every page draws with these: one file of them is smaller on the wire than thirty.
        codeSplitting: {
          groups: [
            { name: 'parts', test: /web\/(?:parts|format|url|api)\//, minShareCount: 9 },
            // The same for what follows a runbook, wherever it is spoken of.
            {
              name: 'run',
              test: /web\/(?:execution\/|runbook\/(?!serverHtml)|panels\/usePanelView)/,
              minShareCount: 2,
            },
          ],
        },
      },
    },
  },
});
