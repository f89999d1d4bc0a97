// Remembers this visitor, until the browser is closed or for some days from now, so that a reload finds the running
// picture again. Of two tabs that are opened at once in a fresh browser, the second takes the name of the first.
export default function ({ data, setTriggerValue }) {
  const kept = () => document.cookie.match(`(?:^|; )${data.name}=([\\w-]{43})(?:;|$)`)?.[1] ?? ""
  const settle = () => kept() && kept() !== data.value && setTriggerValue("other", kept())
  const secure = location.protocol === "https:" ? "; Secure" : ""
  const lasting = data.days ? `; Max-Age=${data.days * 24 * 3600}` : ""
  const known = kept()
  if (known && known !== data.value) return settle()
  if (known && !data.days) return
  document.cookie = `${data.name}=${data.value}; Path=/; SameSite=Strict${lasting}${secure}`
  if (!known) setTimeout(settle, 500) // another tab may have written its name at the same moment
}
