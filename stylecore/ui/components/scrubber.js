// A slider over λ that shows the picture of the nearest λ at once; all pictures are here already.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector)
  const [slider, image, caption, ticks] = ["input", "img", "figcaption", ".ticks"].map(find)
  const { pictures, words } = data
  const number = (lam, digits) => // as the language of the page writes it
    lam.toLocaleString(data.language, { minimumFractionDigits: digits, maximumFractionDigits: digits ?? 10 })
  find("figure").style.setProperty("--shape", data.width / data.height)
  const nearest = (lam) => pictures.reduce((best, next) => (Math.abs(next.lam - lam) < Math.abs(best.lam - lam) ? next : best))

  const draw = () => {
    const lam = Number(slider.value)
    const picture = nearest(lam)
    if (image.src !== picture.url) image.src = picture.url
    image.alt = filled(words.picture, { alt: data.alt, lam: number(picture.lam) })
    const exact = Math.abs(picture.lam - lam) < 0.0005
    const { note } = picture
    caption.textContent = exact
      ? filled(words.exact, { lam: number(picture.lam), note })
      : filled(words.nearest, { lam: number(lam, 2), nearest: number(picture.lam), note })
    find("figure").style.setProperty("--colour", picture.colour)
    return picture
  }
  // The server repeats the number of the last choice that it heard: what it sent before that is out of date.
  if (parentElement.told?.session !== data.heard.session) parentElement.told = { ...data.heard }
  const told = parentElement.told
  if (data.heard.turn >= told.turn && data.selected !== told.lam) slider.value = told.lam = data.selected
  slider.oninput = draw
  slider.onchange = () => {
    const { lam } = draw()
    if (lam === told.lam) return
    told.lam = lam
    told.turn += 1
    setTriggerValue("chosen", { lam, turn: told.turn })
  }
  const lambdas = JSON.stringify(pictures.map(({ lam }) => number(lam)))
  if (ticks.dataset.lambdas !== lambdas) {
    ticks.dataset.lambdas = lambdas // drawn anew only then: a tick that has the focus keeps it
    drawTicks(ticks, slider, pictures, number, words.tick)
  }
  draw()
}

function drawTicks(ticks, slider, pictures, number, name) {
  const ends = [] // of the last label on each line: labels of near λ lie below each other
  ticks.replaceChildren(
    ...pictures.map(({ lam, colour }) => {
      const free = ends.findIndex((end) => lam - end > 0.1)
      const line = free < 0 ? ends.length : free
      ends[line] = lam
      const tick = document.createElement("button")
      tick.type = "button"
      tick.textContent = number(lam)
      tick.style.left = `calc(.5rem + (100% - 1rem) * ${lam})`
      tick.style.top = `${0.2 + 1.3 * line}rem`
      tick.style.borderColor = colour
      tick.setAttribute("aria-label", filled(name, { lam: number(lam) }))
      tick.onclick = () => {
        slider.value = lam
        slider.onchange()
      }
      return tick
    }),
  )
  ticks.style.height = `${0.6 + 1.3 * ends.length}rem`
}
