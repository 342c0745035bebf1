import { toFailure, type Bridge } from '../../../bridge'
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

/** Lets the user choose the AWS profile and region; resolves with whether both were chosen. */
export async function chooseAws(host: ChatHost, bridge: Bridge): Promise<boolean> {
  try {
    const choices = await bridge.Providers.AWS()
    const profiles: PickItem<string>[] = [
      {
        ...(choices.account === '' ? byDefault : byAccount(choices.account)),
        current: choices.profile === '',
        value: '',
      },
      ...choices.profiles.map((name) => ({ label: name, current: name === choices.profile, value: name })),
    ]
    const profile = await host.pick(profiles, {
      title: 'AWS profile',
      placeholder: 'Whose credentials are used for Amazon Bedrock?',
    })
    if (profile === undefined) return false
    const region = await host.pick(
      choices.regions.map((name) => ({ label: name, current: name === choices.region, value: name })),
      { title: 'AWS region', placeholder: 'Where should Amazon Bedrock answer? What you send goes there.' },
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
