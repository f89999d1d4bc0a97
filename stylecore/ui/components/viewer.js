// A picture that never blanks: before/after by a slider, original size, and a view as large as the screen.
export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector)
  const [stage, wipe, before, after, dialog] = [".stage", ".wipe", ".before", ".after", "dialog"].map(find)
  const [compare, actual, large] = [".compare", ".actual", ".large"].map(find)

  say(parentElement, data.words)
  if (after.src !== data.after) after.src = data.after
  after.alt = data.alt
  if (data.before && before.src !== data.before) before.src = data.before
  before.alt = data.before_alt ?? ""
  find(".tag.left").textContent = data.before_label ?? ""
  find(".tag.right").textContent = data.after_label ?? ""
  find(".caption").textContent = data.caption ?? ""
  for (const element of [stage, dialog]) {
    element.style.setProperty("--shape", data.width / data.height)
    element.style.setProperty("--pixels", `${data.width}px`)
  }
  compare.hidden = !data.before
  if (data.arrival && stage.dataset.arrival !== data.arrival && matchMedia("(max-width: 640px)").matches) {
    stage.scrollIntoView({ behavior: "smooth", block: "nearest" }) // on a phone the button may be far below the picture
  }
  stage.dataset.arrival = data.arrival

  if (stage.dataset.against && data.before_label && stage.dataset.against !== data.before_label) {
    compare.setAttribute("aria-pressed", "true") // another picture to compare with has been chosen
  }
  stage.dataset.against = data.before_label ?? ""

  const draw = () => {
    const comparing = compare.getAttribute("aria-pressed") === "true" && Boolean(data.before)
    stage.classList.toggle("comparing", comparing)
    stage.classList.toggle("actual-size", actual.getAttribute("aria-pressed") === "true")
    stage.style.setProperty("--at", `${wipe.value}%`)
  }
  const toggle = (button) => () => {
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true")
    draw()
  }
  compare.onclick = toggle(compare)
  actual.onclick = toggle(actual)
  wipe.oninput = draw

  if (data.field) takeDrops(find("figure"), data.field)

  const big = find("dialog img")
  large.onclick = () => {
    big.src = data.after
    big.alt = data.alt
    big.classList.remove("actual-size")
    dialog.showModal()
  }
  if (dialog.open && big.src !== data.after) big.src = data.after
  big.onclick = () => big.classList.toggle("actual-size")
  find(".close").onclick = () => dialog.close()
  draw()
}

// Files that are dropped onto the picture go into a field for files of the page, as if they were dropped there.
function takeDrops(figure, field) {
  const brings = (event) => [...event.dataTransfer.types].includes("Files")
  figure.ondragover = (event) => {
    if (!brings(event)) return
    event.preventDefault() // else the browser would open the file in the place of the page
    figure.classList.add("waiting")
  }
  figure.ondragleave = () => figure.classList.remove("waiting")
  figure.ondrop = (event) => {
    if (!brings(event)) return
    event.preventDefault()
    figure.classList.remove("waiting")
    give(event.dataTransfer.files)
  }
  function give(files) {
    const input = document.querySelector(`.st-key-${field} input[type=file]`)
    if (!input) return figure.isConnected && setTimeout(give, 100, files) // the field's code is still being loaded
    input.files = files
    input.dispatchEvent(new Event("change", { bubbles: true }))
  }
}
