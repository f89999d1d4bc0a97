// <html lang>, which Streamlit leaves at "en".
export default function ({ data }) {
  document.documentElement.lang = data.language
}
