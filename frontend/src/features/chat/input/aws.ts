import { toFailure, type AWSChoices, type Bridge } from '../../../bridge'
import { plainVisible } from '../../../lib/visible'
import type { ChatHost, PickItem } from '../host'

const byDefault = {
  label: 'Default',
  detail: 'The environment, the default profile, or the role of this machine',
}

/** An account that is signed in to Keel takes the place of what is found on this machine. */
function byAccount(account: string): { label: string; detail: string } {
  return {
    label: account,
    detail: 'Your account in Keel; used rather than an API key or the environment. A profile comes before it',
  }
}

/**
 * Lets the user choose the AWS profile, where none is given, and the region; resolves with
 * whether both were chosen. Nothing is changed before.
 */
export async function chooseAws(host: ChatHost, bridge: Bridge, given?: string): Promise<boolean> {
  try {
    const choices = await bridge.Providers.AWS()
    const profile = given ?? (await pickProfile(host, choices))
    if (profile === undefined) return false
    const region = await host.pick(
      choices.regions.map((name) => ({ label: name, current: name === choices.region, value: name })),
      {
        title: given === undefined ? 'AWS region' : `AWS region for the profile ${plainVisible(given)}`,
        placeholder: 'Where should Amazon Bedrock answer? What you send goes there.',
      },
    )
    if (region === undefined) return false
    await bridge.Settings.Set('keelAgent.bedrock.profile', JSON.stringify(profile))
    await bridge.Settings.Set('keelAgent.bedrock.region', JSON.stringify(region))
    return true
  } catch (cause) {
    const { message, hint } = toFailure(cause)
    host.notify.error(`${message} ${hint}`.trim())
    return false
  }
}

function pickProfile(
  host: ChatHost,
  { account, profile, profiles }: AWSChoices,
): Promise<string | undefined> {
  const items: PickItem<string>[] = [
    { ...(account === '' ? byDefault : byAccount(account)), current: profile === '', value: '' },
    ...profiles.map((name) => ({ label: name, current: name === profile, value: name })),
  ]
  return host.pick(items, {
    title: 'AWS profile',
    placeholder: 'Whose credentials are used for Amazon Bedrock?',
  })
}
