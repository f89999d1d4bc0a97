// <html lang>, which Streamlit leaves at "en", and the page's language for the few words that Streamlit writes itself.
const NAMES = ["aria-label", "placeholder"]
const page = (window.stylecorePage ??= { originals: new WeakMap() })

export default function ({ data }) {
  document.documentElement.lang = data.language
  if (!page.observer) document.addEventListener("beforeinput", point, true)
  const changed = JSON.stringify(page.data) !== JSON.stringify(data)
  page.data = data
  page.observer ??= observe()
  if (changed) translate(document.body)
}

// A browser whose own language writes 0.5 drops the comma of 0,5 from a field for numbers, which makes 5 of it.
function point(event) {
  const { decimal } = page.data
  const own = new Intl.NumberFormat().format(0.5)
  if (event.data !== decimal || own.includes(decimal) || event.composedPath()[0].type !== "number") return
  event.preventDefault()
  document.execCommand("insertText", false, ".")
}

function observe() {
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(translate)
      else put(target)
    }
  })
  const what = { subtree: true, childList: true, characterData: true, attributeFilter: NAMES }
  observer.observe(document.body, what)
  return observer
}

function translate(root) {
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
  for (let node = root; node; node = nodes.nextNode()) put(node)
}

// Puts the page's words in the place of Streamlit's; what those were is remembered for another language.
function put(node) {
  const names = node.nodeType === Node.TEXT_NODE ? ["data"] : NAMES
  for (const name of names) {
    const written = name === "data" ? node.data : node.getAttribute?.(name)
    if (!written) continue
    const known = page.originals.get(node)?.[name]
    const original = known?.ours === written ? known.original : written
    const ours = name === "data" ? said(original) : named(original)
    if (ours === undefined) continue
    page.originals.set(node, { ...page.originals.get(node), [name]: { original, ours } })
    if (ours === written) continue
    if (name === "data") node.data = ours
    else node.setAttribute(name, ours)
  }
}

function named(label) {
  const ours = word(page.data.labels, label)
  if (ours) return ours
  const beginning = Object.keys(page.data.beginnings).find((words) => label.startsWith(words))
  return beginning && page.data.beginnings[beginning].replace("{name}", () => label.slice(beginning.length))
}

function said(text) {
  const ours = word(page.data.texts, text)
  if (ours) return ours
  const ending = Object.keys(page.data.endings).find((words) => text.endsWith(words))
  return ending && page.data.endings[ending].replace("{name}", () => text.slice(0, -ending.length))
}

function word(words, original) {
  return Object.hasOwn(words, original) ? words[original] : undefined
}
