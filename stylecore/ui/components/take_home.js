// PNG, SVG and HTML of a chart of this page, made in the browser when they are asked for: dark on white, whatever the
// theme of the page.
const INK = "#22262B"
const WHITE = { paper_bgcolor: "#fff", plot_bgcolor: "#fff", font: { color: INK, family: "sans-serif", size: 12 } }
const WIDTH = 900 // pixels
const SHARPNESS = 2 // pixels of a PNG for each

export default function ({ data, parentElement }) {
  const trouble = parentElement.querySelector(".trouble")
  say(parentElement, data.words)
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = async () => {
      trouble.textContent = ""
      try {
        await take(button.dataset.kind, data)
      } catch {
        trouble.textContent = data.words.trouble
      }
    }
  }
}

async function take(kind, data) {
  const plot = document.querySelector(`.st-key-${CSS.escape(data.chart)} .plot`)
  const layout = { ...plot.layout, ...WHITE, hoverlabel: {}, width: undefined, autosize: true }
  const figure = { data: plot.data, layout }
  const url = kind === "html" ? await pageOf(figure, data) : await pictureOf(figure, kind, layout.height)
  const link = Object.assign(document.createElement("a"), { href: url, download: `${data.name}.${kind}` })
  link.click()
  if (kind === "html") setTimeout(() => URL.revokeObjectURL(url), 60000) // the browser has it by then
}

function pictureOf(figure, format, height) {
  const scale = format === "png" ? SHARPNESS : 1
  return window.Plotly.toImage(figure, { format, width: WIDTH, height, scale })
}

// A page of its own, with plotly.js inside.
async function pageOf(figure, { plotly, title, options }) {
  const answer = await fetch(plotly)
  if (!answer.ok) throw new Error(answer.status)
  const text = (value) => JSON.stringify(value).replaceAll("<", "\\u003c")
  const page = [
    '<!doctype html><meta charset="utf-8"><title></title><script>',
    await answer.text(),
    `</script><div id="chart"></div><script>document.title = ${text(title)}`,
    `Plotly.newPlot("chart", ${text(figure.data)}, ${text(figure.layout)}, ${text({ ...options, responsive: true })})`,
    "</script>",
  ]
  return URL.createObjectURL(new Blob([page.join("\n")], { type: "text/html" }))
}
