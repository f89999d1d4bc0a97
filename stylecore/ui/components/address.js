// Settings replace the address of a page: only a switch to another page adds an entry to the browser's history.
// Streamlit adds one for every change of the query, so that each λ would be one press of Back.
export default function () {
  if (history.pushState.forQueries) return
  const push = history.pushState.bind(history)
  const pushOrReplace = (state, unused, url) => {
    const samePage = url && new URL(url, location.href).pathname === location.pathname
    return samePage ? history.replaceState(state, unused, url) : push(state, unused, url)
  }
  history.pushState = Object.assign(pushOrReplace, { forQueries: true })
}
