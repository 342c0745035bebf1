import { expect, it } from 'vitest'
import type { Account, AccountService, ProviderState } from '../../bridge'
import { partsOf } from '../../features/walkthrough'
import { connectionsText, type Connections } from './connections'

const nothing: Connections = {
  local: [],
  aws: { profiles: [], trouble: '' },
  accounts: [],
  services: [],
  endpoints: [],
}

const ollama = {
  id: 'ollama',
  name: 'Ollama',
  models: [
    { id: 'talker', name: '', noTools: true },
    { id: 'qwen3:latest', name: 'qwen3', noTools: false },
  ],
  problem: '',
  problemHint: '',
} as unknown as ProviderState

/** The buttons of a text, in their order. */
const buttons = (known: Partial<Connections>) =>
  partsOf(connectionsText({ ...nothing, ...known })).flatMap((part) =>
    part.kind === 'command' ? [[part.label, ...(part.args ?? ['unreadable'])]] : [],
  )

it('offers accounts, a key and the practice model where nothing was found', () => {
  expect(buttons({})).toEqual([
    ['GitHub Models…'],
    ['Google, for Amazon Bedrock…'],
    ['AWS, for Amazon Bedrock…'],
    ['Choose a Model or Enter a Key…'],
    ['Name a Service in the Settings…'],
    ['Use the Practice Model', 'practice', ''],
  ])
  expect(connectionsText(nothing)).toContain('neither a running model server')
})

it('offers first what was found on this machine, with a model that can use tools', () => {
  const known = { local: [ollama], aws: { profiles: ['work'], trouble: '' } }
  expect(buttons(known).slice(0, 2)).toEqual([
    ['Use Ollama', 'ollama', 'qwen3:latest'],
    ['Use AWS Profile work…', 'work'],
  ])
  expect(buttons(known).map(([label]) => label)).not.toContain('AWS, for Amazon Bedrock…')
})

it('says of a server without a model that it has none', () => {
  const text = connectionsText({ ...nothing, local: [{ ...ollama, models: [] }] })
  expect(text).toContain('It has no model yet\\.')
  expect(buttons({ local: [{ ...ollama, models: [] }] })[0]).toEqual(['GitHub Models…'])
})

it('offers an identity centre, an account and an endpoint that are known', () => {
  const starts = [{ name: 'corp', startUrl: 'https://corp.awsapps.com/start', region: 'eu-central-1' }]
  const services = [{ kind: 'aws', starts }] as unknown as AccountService[]
  const account = { kind: 'github', service: 'GitHub', label: '@ada', expired: false } as Account
  expect(buttons({ services, accounts: [account], endpoints: ['work'] }).slice(0, 4)).toEqual([
    ['Sign In to AWS…'],
    ['Show GitHub…'],
    ['Choose a Model…'],
    ['Google, for Amazon Bedrock…'],
  ])
})

it('takes names for names, whatever is in them', () => {
  const hostile = 'x](command:workbench.action.quit) [`\n\n[y](https://evil.example)\n# h'
  const known = {
    aws: { profiles: [hostile], trouble: '' },
    endpoints: [hostile],
    local: [
      { ...ollama, name: hostile, models: [{ id: hostile, name: hostile }] } as unknown as ProviderState,
    ],
  }
  const parts = partsOf(connectionsText({ ...nothing, ...known }))
  const commands = parts.flatMap((part) => (part.kind === 'command' ? [part.command] : []))
  expect(commands.filter((command) => !/^keel\.(?:welcome\.|showAccounts$)/.test(command))).toEqual([])
  const all = buttons(known)
  expect(parts.some((part) => part.kind === 'link')).toBe(false)
  expect(all[0]?.slice(1)).toEqual(['ollama', hostile])
  expect(all[1]?.slice(1)).toEqual([hostile])
})

it('does not say that there is no profile where the files could not be read', () => {
  const trouble = 'The AWS configuration in `/home/a/.aws/config` could not be read.'
  const text = connectionsText({ ...nothing, aws: { profiles: [], trouble } })
  expect(text).toContain('no model server runs')
  expect(text).toContain(`${trouble} There may be profiles`)
  expect(text).not.toContain('nor an AWS profile')
  expect(connectionsText({ ...nothing, local: [ollama], aws: { profiles: [], trouble } })).toContain(trouble)
})
