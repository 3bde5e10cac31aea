import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// One build for the window and for /dashboard: addresses are relative, and nothing is inlined, because the content
// security policy allows neither inline scripts nor inline styles.
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte()],
  build: {
    target: ['es2022', 'safari16'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  // Components under test are the browser's, not the server's.
  ...(mode === 'test' ? { resolve: { conditions: ['browser'] } } : {}),
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
  },
}));
