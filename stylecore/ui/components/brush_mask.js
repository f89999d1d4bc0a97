// A mask over a photograph: one byte a pixel, 255 where it is painted, and the masks before it, to undo.
const UNDO_STEPS = 60

class Mask {
  constructor(width, height) {
    Object.assign(this, { width, height, values: new Uint8Array(width * height), past: [], future: [] })
  }

  // Remembers the mask as it is, before a change.
  keep() {
    this.past.push(this.values.slice())
    this.covered = new Uint8Array(this.values.length) // by the stroke that begins
    if (this.past.length > UNDO_STEPS) this.past.shift()
    this.future = []
  }

  undo = () => this.swap(this.past, this.future)
  redo = () => this.swap(this.future, this.past)

  swap(from, to) {
    if (!from.length) return
    to.push(this.values)
    this.values = from.pop()
  }

  // Takes a change back for good.
  drop() {
    this.values = this.past.pop()
  }

  // Paints or erases along a line, in pixels of the mask, as part of one stroke. Within it, and where painted strokes
  // overlap, the strongest counts, so that a soft edge stays soft however often the brush passes.
  line(from, to, { radius, softness, erase }) {
    const before = this.past.at(-1)
    const outer = radius + 0.5
    const inner = Math.min(radius * (1 - softness), outer - 1)
    const [dx, dy] = [to.x - from.x, to.y - from.y]
    const square = dx * dx + dy * dy || 1
    const [left, right] = range(from.x, to.x, outer, this.width)
    const [top, bottom] = range(from.y, to.y, outer, this.height)
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y]
        const along = Math.min(Math.max((px * dx + py * dy) / square, 0), 1)
        const inside = Math.min(Math.max((outer - Math.hypot(px - along * dx, py - along * dy)) / (outer - inner), 0), 1)
        const at = y * this.width + x
        const value = Math.max(this.covered[at], Math.round(255 * inside * inside * (3 - 2 * inside)))
        this.covered[at] = value
        this.values[at] = erase ? Math.round((before[at] * (255 - value)) / 255) : Math.max(before[at], value)
      }
    }
  }

  fill(value) {
    this.values.fill(value)
  }

  invert() {
    this.values = this.values.map((value) => 255 - value)
  }

  // How much of the photograph is painted, from 0 to 1.
  share() {
    return this.values.reduce((sum, value) => sum + value, 0) / (255 * this.values.length)
  }

  toUrl() {
    const { canvas, context } = this.canvas()
    const pixels = context.createImageData(this.width, this.height)
    this.values.forEach((value, i) => pixels.data.set([value, value, value, 255], 4 * i))
    context.putImageData(pixels, 0, 0)
    return canvas.toDataURL("image/png")
  }

  // The values of a grey picture.
  async read(url) {
    const image = new Image()
    image.src = url
    await image.decode()
    const { context } = this.canvas()
    context.drawImage(image, 0, 0, this.width, this.height)
    const { data } = context.getImageData(0, 0, this.width, this.height)
    return Uint8Array.from(this.values, (_, i) => data[4 * i])
  }

  canvas() {
    const canvas = Object.assign(document.createElement("canvas"), { width: this.width, height: this.height })
    return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) }
  }
}

function range(one, other, reach, most) {
  return [Math.max(0, Math.floor(Math.min(one, other) - reach)), Math.min(most, Math.ceil(Math.max(one, other) + reach))]
}
