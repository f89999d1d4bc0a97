// Remembers this visitor until the browser is closed, so that a reload finds the running picture again. Of two tabs that
// are opened at once in a fresh browser, the second takes the name of the first.
export default function ({ data, setTriggerValue }) {
  const kept = () => document.cookie.match(`(?:^|; )${data.name}=([\\w-]{43})(?:;|$)`)?.[1] ?? ""
  const settle = () => kept() && kept() !== data.value && setTriggerValue("other", kept())
  if (kept()) return settle()
  const secure = location.protocol === "https:" ? "; Secure" : ""
  document.cookie = `${data.name}=${data.value}; Path=/; SameSite=Strict${secure}`
  setTimeout(settle, 500) // another tab may have written its name at the same moment
}
