// <html lang>, which Streamlit leaves at "en", and words for page.css to put in the place of Streamlit's own.
export default function ({ data }) {
  const root = Object.assign(document.documentElement, { lang: data.language })
  for (const [name, word] of Object.entries(data.words)) root.style.setProperty(`--word-${name}`, JSON.stringify(word))
  if (!root.dataset.decimal) document.addEventListener("beforeinput", point, true)
  root.dataset.decimal = data.decimal
}

// A browser whose own language writes 0.5 drops the comma of 0,5 from a field for numbers, which makes 5 of it.
function point(event) {
  const { decimal } = document.documentElement.dataset
  const own = new Intl.NumberFormat().format(0.5)
  if (event.data !== decimal || own.includes(decimal) || event.composedPath()[0].type !== "number") return
  event.preventDefault()
  document.execCommand("insertText", false, ".")
}
