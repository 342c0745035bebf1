import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

const features = [
  'access',
  'account',
  'audit',
  'chat',
  'checkpoint',
  'extension',
  'reference',
  'review',
  'secret',
  'settings',
  'trust',
  'walkthrough',
]

/** A feature is reached only through its index.ts. */
const insideFeatures = {
  group: ['**/features/*/*', '!**/features/*/index'],
  message: 'import a feature through its index.ts',
}

const wailsGlobals = ['go', 'runtime', 'wails'].flatMap((property) => [
  { object: 'window', property, message: 'only src/bridge talks to Wails: use the Bridge' },
  { object: 'globalThis', property, message: 'only src/bridge talks to Wails: use the Bridge' },
])

function noImports(files, ...patterns) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

export default ts.config(
  { ignores: ['dist', 'public', 'node_modules', 'src/bridge/wire.gen.ts'] },
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Interfaces here are records of functions; none of them reads `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Sets of flags are added up with `|`, which is a number again.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { inheritedMethods: false, arguments: false } },
      ],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always'],
      'no-restricted-properties': ['error', ...wailsGlobals],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  noImports(['src/**'], insideFeatures),
  ...features.map((feature) =>
    noImports(
      [`src/features/${feature}/**`],
      { group: ['**/features/*', '!**/features/*/'], message: 'import a feature as ../<feature>' },
      { regex: '^\\.{1,2}/.*workbench/', message: 'a feature gets the workbench through its host' },
    ),
  ),
  noImports(['src/lib/**', 'src/ui/**'], {
    regex: '^\\.{1,2}/.*(features|workbench|bridge)/',
    message: 'lib and ui know no feature',
  }),
  { files: ['src/bridge/**', 'e2e/**'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['e2e/**'], rules: { 'max-lines': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  // Extensions for tests are what VS Code loads: CommonJS.
  {
    files: ['e2e/extensions/**'],
    languageOptions: { globals: { ...globals.commonjs, ...globals.browser }, sourceType: 'commonjs' },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
)
