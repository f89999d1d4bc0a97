// <html lang>, which Streamlit leaves at "en", and words for page.css to put in the place of Streamlit's own.
export default function ({ data }) {
  const { style } = Object.assign(document.documentElement, { lang: data.language })
  for (const [name, word] of Object.entries(data.words)) style.setProperty(`--word-${name}`, JSON.stringify(word))
}
