import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Relative addresses: the page works at `/` and below any path prefix alike.
  base: './',
  resolve: { conditions: ['@emberscope/source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    // The server's policy is `default-src 'self'`: nothing may become a `data:` address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // React, RE2 and the protocol's descriptors: one file of some 200 kB on the wire, from next door.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/emberscope.page.v1.PageService': 'http://127.0.0.1:4040' } },
});
