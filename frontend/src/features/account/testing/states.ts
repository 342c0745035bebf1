import type { AccountsState } from '../../../bridge'
import { account, google, identityCenter, mona, services, signIn, withoutClient } from './fake'

/** A picture that stands for an avatar. */
const avatar =
  'data:image/svg+xml;base64,' +
  btoa(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#5a7"/><circle cx="4" cy="3" r="1.6" fill="#fff"/><ellipse cx="4" cy="7.4" rx="3" ry="2.4" fill="#fff"/></svg>',
  )

const soon = (): number => Date.now() + 14 * 60_000 + 7_000
const longAddress = `https://accounts.google.com/o/oauth2/v2/auth?client_id=1234567890-abcdefghijklmnop.apps.googleusercontent.com&code_challenge=${'x'.repeat(43)}&code_challenge_method=S256&nonce=${'y'.repeat(22)}&redirect_uri=http%3A%2F%2F127.0.0.1%3A43210%2F&response_type=code&scope=openid+email+profile&state=${'z'.repeat(22)}`

/** What the pictures show. */
export const states: Readonly<Record<string, () => Partial<AccountsState>>> = {
  out: () => ({}),
  unset: () => ({
    services: services.map((each) => (each.kind === 'google' ? withoutClient : each)),
  }),
  starting: () => ({ signIns: [signIn()] }),
  code: () => ({
    signIns: [
      signIn({
        stage: 'code',
        code: 'WDJB-MJHT',
        address: 'https://github.com/login/device',
        untilAt: soon(),
      }),
    ],
  }),
  codeNoBrowser: () => ({
    signIns: [
      signIn({
        stage: 'code',
        code: 'WDJB-MJHT',
        address: 'https://github.com/login/device',
        untilAt: Date.now() + 42_000,
        noBrowser: true,
      }),
    ],
  }),
  browser: () => ({
    signIns: [
      signIn({
        kind: 'google',
        host: 'accounts.google.com',
        title: 'Google',
        stage: 'browser',
        address: longAddress,
        untilAt: soon(),
        canPaste: true,
      }),
    ],
  }),
  noBrowser: () => ({
    signIns: [
      signIn({
        kind: 'google',
        host: 'accounts.google.com',
        title: 'Google',
        stage: 'browser',
        address: longAddress,
        untilAt: soon(),
        canPaste: true,
        noBrowser: true,
      }),
    ],
  }),
  finishing: () => ({ signIns: [signIn({ stage: 'finishing' })] }),
  failed: () => ({
    signIns: [
      signIn({
        stage: 'failed',
        message: 'The code has run out before it was typed in. Nothing has changed.',
        hint: 'Try again, and type the new code in within 15 minutes.',
      }),
    ],
  }),
  failedUnset: () => ({
    services: services.map((each) => (each.kind === 'google' ? withoutClient : each)),
    signIns: [
      signIn({
        kind: 'google',
        host: 'accounts.google.com',
        title: 'Google',
        stage: 'failed',
        message: 'There is no client id for Google. Nothing has been sent.',
        hint: 'Make one, and put it into the settings.',
      }),
    ],
  }),
  done: () => ({
    accounts: [{ ...mona, avatar }],
    signIns: [signIn({ stage: 'done', accountId: mona.id })],
  }),
  in: () => ({
    accounts: [
      { ...mona, avatar },
      google,
      { ...identityCenter, role: '222222222222/ReadOnly' },
      account({
        id: 'github:github.com/2',
        label: '@keel-work',
        name: '',
        email: '',
        expired: true,
        message: 'GitHub no longer takes this sign-in: it was taken back there.',
      }),
    ],
    services: [
      ...services,
      {
        ...withoutClient,
        kind: 'github',
        host: 'ghe.example.com',
        title: 'GitHub Enterprise (ghe.example.com)',
        setting: 'keelAgent.accounts.githubClientIds',
      },
    ],
  }),
}
