// A Plotly figure that is updated in place (Plotly.react): zoom and legend survive, nothing blanks.
// plotly.js is the installed Python package's own, served by this server.
const DOUBLE = 300 // milliseconds between the clicks of a double click, as Plotly has it

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data.figure) {
    // one is still to come, and shall not wait for its code then
    const idle = window.requestIdleCallback ?? setTimeout
    idle(() => loaded(data.plotly).catch(() => {}))
    return
  }
  const plot = parentElement.querySelector(".plot")
  const peek = parentElement.querySelector(".peek")
  plot.latest = { data, setTriggerValue }
  const drawn = loaded(data.plotly).then(
    (Plotly) => draw(Plotly, plot, peek),
    () => (parentElement.querySelector(".trouble").textContent = data.words.trouble),
  )
  // Streamlit also ends an update that the next one overtakes: the chart stays on the page then, and keeps its clicks.
  return () => drawn.then(() => plot.isConnected || window.Plotly?.purge(plot))
}

function loaded(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly)
  window.stylecorePlotly ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url })
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      window.stylecorePlotly = undefined
      reject()
    }
    document.head.append(script)
  })
  return window.stylecorePlotly
}

async function draw(Plotly, plot, peek) {
  const { figure, live, height, alt, options: usual } = plot.latest.data
  const style = getComputedStyle(plot)
  const colour = style.getPropertyValue("--st-text-color").trim() || style.color
  const touch = matchMedia("(pointer: coarse)").matches // there a swipe scrolls the page, and a tap picks a step
  const layout = {
    ...figure.layout,
    xaxis: { ...figure.layout.xaxis, ...zoomKept(plot, figure.layout) },
    dragmode: touch ? false : "zoom",
    height,
    autosize: true,
    font: { color: colour, family: style.fontFamily, size: 12 },
    hoverlabel: { bgcolor: style.getPropertyValue("--st-background-color").trim(), font: { color: colour } },
  }
  const options = { ...usual, responsive: true, displayModeBar: live || touch ? false : "hover" }
  plot.setAttribute("role", "figure")
  plot.setAttribute("aria-label", alt)
  await Plotly.react(plot, figure.data, layout, options)
  if (plot.listening) return
  plot.listening = true
  plot.on("plotly_hover", (event) => show(plot, peek, event))
  plot.on("plotly_unhover", () => (peek.hidden = true))
  const pick = ({ points: [point] }) =>
    plot.latest.setTriggerValue("step", point.customdata ?? point.data.meta ?? point.x)
  if (touch) {
    plot.on("plotly_click", pick) // no zoom there, and a tap can look like two clicks
    return
  }
  plot.on("plotly_click", (event) => {
    clearTimeout(plot.choice)
    if (Date.now() - (plot.doubled ?? 0) > DOUBLE) plot.choice = setTimeout(() => pick(event), DOUBLE)
  })
  plot.on("plotly_doubleclick", () => {
    clearTimeout(plot.choice) // it resets the zoom, and chooses nothing
    plot.doubled = Date.now()
  })
}

// The range of the x axis that somebody has zoomed to: Plotly itself would give it up when the figure's own range grows.
function zoomKept(plot, { xaxis, uirevision }) {
  const given = { range: String(xaxis?.range), uirevision }
  const before = plot.given
  plot.given = given
  const range = plot.layout?.xaxis?.range
  const zoomed = before?.uirevision === uirevision && range && String(range) !== before.range
  return xaxis?.range && zoomed ? { range: [...range] } : {}
}

// The picture nearest to the step under the pointer.
function show(plot, peek, event) {
  const frames = plot.latest.data.frames ?? []
  const step = event.points[0].x
  if (!frames.length) return
  const nearest = frames.reduce((best, frame) => (Math.abs(frame[0] - step) < Math.abs(best[0] - step) ? frame : best))
  peek.querySelector("img").src = nearest[1]
  peek.querySelector("span").textContent = filled(plot.latest.data.words.step, { step: nearest[0] })
  const right = event.event.offsetX > plot.clientWidth / 2
  peek.style.left = right ? "4.5rem" : "auto"
  peek.style.right = right ? "auto" : "1rem"
  peek.hidden = false
}
