// What is seen of a brush: the layers, their colours over the photograph, the tools, and where it is; part of its class.
const TINT = { active: 0.6, other: 0.35 } // how much of a colour lies over the photograph

Brush.prototype.showLayers = function () {
  const place = this.find(".layers")
  const names = JSON.stringify(this.layers.map(({ id, label, colour }) => [id, label, colour]))
  if (place.dataset.names !== names) {
    place.dataset.names = names
    place.replaceChildren(place.querySelector("legend"), ...this.layers.map((layer) => this.choice(layer)))
  }
  for (const input of place.querySelectorAll("input")) input.checked = input.value === this.active
}

Brush.prototype.choice = function ({ id, label, colour }) {
  const element = document.createElement("label")
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "layer", value: id })
  input.onchange = () => {
    this.active = id
    this.draw()
    this.tell(false)
  }
  element.style.setProperty("--colour", colour)
  element.append(input, document.createElement("span"), label)
  return element
}

Brush.prototype.draw = function () {
  this.tint()
  this.view.panBy(0, 0)
  for (const button of this.find(".tools").querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", button.dataset.tool === this.tool)
  }
  this.find("[data-act=undo]").disabled = !this.mask.past.length
  this.find("[data-act=redo]").disabled = !this.mask.future.length
  this.find("[data-act=out]").disabled = this.find("[data-act=fit]").disabled = this.view.zoom <= 1
  this.frame.classList.toggle("moving", this.tool === "move")
  if (!this.painting) this.describe()
  const [circle, at] = [this.find(".cursor"), this.view.toFrame(this.cursor, this.width)]
  circle.classList.toggle("erase", this.tool === "erase")
  circle.style.left = `${at.x}px`
  circle.style.top = `${at.y}px`
  circle.style.width = circle.style.height = `${2 * this.brush.radius * this.view.pixel(this.width)}px`
}

Brush.prototype.describe = function () {
  const layer = this.layers.find(({ id }) => id === this.active)
  const share = this.mask.share()
  const template = share > 0 && share < 0.01 ? this.words.hardly : this.words.painted
  const percent = `${Math.max(1, Math.round(100 * share))}${this.words.percent}`
  const told = filled(template, { name: layer.label, share: percent })
  this.find(".state").textContent = share > 0 ? told : layer.empty
}

Brush.prototype.tint = function () {
  const context = this.find("canvas").getContext("2d")
  const pixels = context.createImageData(this.width, this.height)
  for (const { id, colour } of this.layers) {
    const [values, tint] = [this.masks[id].values, id === this.active ? TINT.active : TINT.other]
    const rgb = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    for (let i = 0, p = 0; i < values.length; i++, p += 4) {
      if (!values[i]) continue
      const over = (tint * values[i]) / 255
      const under = (pixels.data[p + 3] / 255) * (1 - over)
      for (let c = 0; c < 3; c++) pixels.data[p + c] = (rgb[c] * over + pixels.data[p + c] * under) / (over + under)
      pixels.data[p + 3] = 255 * (over + under)
    }
  }
  context.putImageData(pixels, 0, 0)
}
