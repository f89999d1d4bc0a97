// Pictures side by side, each as wide as its share of the whole.
export default function ({ data, parentElement }) {
  const strip = parentElement.querySelector(".strip")
  strip.setAttribute("aria-label", data.label)
  while (strip.children.length > data.parts.length) strip.lastChild.remove()
  data.parts.forEach(({ url, share, label }, i) => {
    const part = strip.children[i] ?? strip.appendChild(document.createElement("span"))
    if (part.dataset.url !== url) part.style.backgroundImage = `url("${(part.dataset.url = url)}")`
    part.style.setProperty("--share", share)
    const figure = part.firstChild ?? part.appendChild(document.createElement("b"))
    figure.textContent = share < 0.08 ? "" : label
  })
}
