// A slider over λ that shows the picture of the nearest λ at once; all pictures are here already.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector)
  const [slider, image, caption, ticks] = ["input", "img", "figcaption", ".ticks"].map(find)
  const { pictures } = data
  find("figure").style.setProperty("--shape", data.width / data.height)
  const nearest = (lam) => pictures.reduce((best, next) => (Math.abs(next.lam - lam) < Math.abs(best.lam - lam) ? next : best))

  const draw = () => {
    const lam = Number(slider.value)
    const picture = nearest(lam)
    if (image.src !== picture.url) image.src = picture.url
    image.alt = `${data.alt}, λ = ${picture.lam}`
    const exact = Math.abs(picture.lam - lam) < 0.0005
    caption.textContent = exact
      ? `λ = ${picture.lam}${picture.note}`
      : `λ = ${lam.toFixed(2)} is not computed: this is the nearest, λ = ${picture.lam}${picture.note}`
    find("figure").style.setProperty("--colour", picture.colour)
    return picture
  }
  // The server repeats the number of the last choice that it heard: what it sent before that is out of date.
  const told = (parentElement.told ??= { turn: data.turn })
  if (data.turn >= told.turn && data.selected !== told.lam) slider.value = told.lam = data.selected
  slider.oninput = draw
  slider.onchange = () => {
    const { lam } = draw()
    if (lam === told.lam) return
    told.lam = lam
    told.turn += 1
    setTriggerValue("chosen", { lam, turn: told.turn })
  }
  ticks.replaceChildren(
    ...pictures.map(({ lam, colour }) => {
      const tick = document.createElement("button")
      tick.type = "button"
      tick.textContent = lam
      tick.style.left = `calc(.5rem + (100% - 1rem) * ${lam})`
      tick.style.borderColor = colour
      tick.setAttribute("aria-label", `Show λ = ${lam}`)
      tick.onclick = () => {
        slider.value = lam
        slider.onchange()
      }
      return tick
    }),
  )
  draw()
}
