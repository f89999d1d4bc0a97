// Remembers this visitor until the browser is closed, so that a reload finds the running picture again.
export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : ""
  document.cookie = `${data.name}=${data.value}; Path=/; SameSite=Strict${secure}`
}
