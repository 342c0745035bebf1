import { expect, it } from 'vitest'
import { explainPattern, warnAbout } from './wording'

it.each([
  ['npm install', 'Exactly this command'],
  ['npm *', '“npm”, alone or with anything after it'],
  ['npm*', 'Exactly this command'],
  [' *', 'Exactly this command'],
  ['*', 'Every command. Nothing is asked any more.'],
])('explains %j', (pattern, meaning) => {
  expect(explainPattern(pattern)).toBe(meaning)
})

it.each([
  ['npm run lint', ''],
  ['bash build.sh', ''],
  ['go test *', ''],
  ['bash *', '“bash” can run other programs'],
  ['/usr/bin/env *', '“env” can run other programs'],
  ['npm*', 'A star counts only at the very end'],
  ['ls \u202e *', 'It holds characters that cannot be seen.'],
  ['*', 'can be talked into running anything'],
])('warns about %j', (pattern, warning) => {
  if (warning) expect(warnAbout(pattern)).toContain(warning)
  else expect(warnAbout(pattern)).toBe('')
})
