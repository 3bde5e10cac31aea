import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['dist', 'dist-fake', 'src/bindings'] },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      // The content security policy forbids it, and that would only be noticed in the built window.
      'svelte/no-at-html-tags': 'error',
      // The `style:` directive is set by script and is fine; an attribute is not.
      'no-restricted-syntax': [
        'error',
        { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a style: directive.' },
      ],
      'svelte/no-dom-manipulating': 'error',
    },
  },
  { files: ['browser/*.mjs'], rules: { 'no-console': 'off' } },
);
