import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sentText } from './whatIsSent'

const readme = readFileSync('../README.md', 'utf8')

it('holds every connection of the README, with its switch', () => {
  const text = sentText(readme) ?? ''
  const rows = readme
    .split('\n## What Keel sends\n')[1]
    ?.split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  expect(rows?.length).toBeGreaterThan(8)
  const flat = text.toLowerCase()
  for (const cell of rows?.slice(1).flatMap((row) => row.split('|')) ?? [])
    expect(flat).toContain(cell.trim().toLowerCase())
  expect(text).toMatch(/^# What Keel sends\n\nNo telemetry/)
  expect(text).toContain('## Open VSX')
  expect(text).not.toContain('|')
  expect(text).not.toContain('## Developing')
})

it('where there is no such part there is no text', () => {
  expect(sentText('# Keel\n\n## Use\n')).toBeUndefined()
})
